"""WeChat's errcodes and event words in words a person can act on. Source: its official account documentation."""

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "40003": _("The WeChat account is not known."),
    "40037": _("The template is not registered with WeChat."),
    "43004": _("The person does not follow the official account."),
    "43101": _("The person has refused this kind of message."),
    "45009": _("WeChat's daily quota is used up; sent again later."),
    "47003": _("A field of the template is not what WeChat expects."),
    "48001": _("The official account may not send template messages."),
    "failed:user block": _("The person has blocked the official account."),
    "failed: system failed": _("WeChat failed to deliver."),
    "failed:system failed": _("WeChat failed to deliver."),
}
