"""SMTP reply codes in words a person can act on. Source: RFC 5321, 4.2."""

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "421": _("The mail server was busy."),
    "450": _("The mailbox was busy."),
    "451": _("The mail server had a passing fault."),
    "452": _("The mail server was short of space."),
    "550": _("The mailbox does not exist or refuses our mail."),
    "551": _("The mailbox has moved."),
    "552": _("The mailbox is full."),
    "553": _("The address is not written correctly."),
    "554": _("The mail server refuses our mail."),
}
