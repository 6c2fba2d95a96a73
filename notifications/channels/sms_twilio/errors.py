"""Twilio's error codes in words a person can act on. Source: Twilio's error and warning dictionary."""

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "21211": _("The phone number does not exist."),
    "21408": _("The carrier may not send to this country."),
    "21610": _("The person has unsubscribed from our text messages."),
    "21611": _("The carrier's queue is full."),
    "21614": _("The number cannot receive text messages."),
    "21617": _("The text is too long."),
    "20003": _("The carrier refuses our account."),
    "20429": _("Too many messages at once; sent again later."),
    "30002": _("The carrier has suspended our account."),
    "30003": _("The phone is switched off or out of reach."),
    "30004": _("The phone or its network blocks this message."),
    "30005": _("The number is not in service."),
    "30006": _("A landline, or a network that takes no text messages."),
    "30007": _("A carrier's filter stopped the message."),
    "30008": _("The network did not say why."),
}
