"""SMTP replies and the status of bounces in words a person can act on.

Sources: RFC 5321, 4.2; RFC 3463 and the IANA registry of enhanced status codes.
"""

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
    "bounced": _("The mail came back without a reason."),
    "4.2.2": _("The mailbox stayed full until the mail server gave up."),
    "4.4.1": _("The other mail server did not answer."),
    "4.4.7": _("The mail server tried for days and gave up."),
    "5.0.0": _("The mail came back without a reason."),
    "5.1.0": _("The address is not accepted."),
    "5.1.1": _("The mailbox does not exist."),
    "5.1.2": _("There is no mail server for this address."),
    "5.1.3": _("The address is not written correctly."),
    "5.1.6": _("The mailbox has moved."),
    "5.1.10": _("The address accepts no mail at all."),
    "5.2.0": _("The mailbox refuses the mail."),
    "5.2.1": _("The mailbox is switched off."),
    "5.2.2": _("The mailbox is full."),
    "5.2.3": _("The mail is too large for the mailbox."),
    "5.4.1": _("The other mail server knows no such address."),
    "5.4.4": _("There is no mail server for this address."),
    "5.4.6": _("The mail was sent in a circle between mail servers."),
    "5.4.7": _("The mail server tried for days and gave up."),
    "5.7.1": _("The mail server refuses our mail."),
    "5.7.26": _("The mail server refuses our mail: our domain's SPF or DKIM does not hold."),
}
