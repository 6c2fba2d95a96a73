"""Codes of the bank's own gateway in words a person can act on. Source: docs/carriers.md."""

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "bad_number": _("The phone number does not exist."),
    "opted_out": _("The person has unsubscribed from our text messages."),
    "bad_text": _("The gateway does not send this text."),
    "bad_sign": _("The gateway does not know the signature of the text."),
    "out_of_reach": _("The phone is switched off or out of reach."),
    "blocked": _("The phone or its network blocks this message."),
    "expired": _("The phone could not be reached in time."),
}
