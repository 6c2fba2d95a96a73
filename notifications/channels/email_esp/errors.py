"""Why a mail service sends nothing to an address, in words a person can act on.

What the other mail server says is explained beside the plain mail's replies. Sources: Anymail, "Normalized
tracking event", reject reasons; RFC 9110, 15 (statuses of HTTP).
"""

from django.utils.translation import gettext_lazy as _

from notifications.channels.email.errors import ERRORS as REPLIES

REFUSED = "refused_"  # before Anymail's word for the reason
ERRORS = {
    **REPLIES,
    "400": _("The mail service refuses the mail or its address."),
    "401": _("The mail service refuses our account."),
    "402": _("Our account at the mail service has no credit left."),
    "403": _("The mail service refuses our account."),
    "404": _("The address of the mail service or our domain there is not right."),
    "413": _("The mail is too large for the mail service."),
    "422": _("The mail service refuses the mail or its address."),
    "429": _("The mail service had too much to do."),
    "503": _("The mail service had too much to do."),
    "refused_invalid": _("The address is not written correctly."),
    "refused_bounced": _("The mail service sends nothing to this address any more: earlier mail came back."),
    "refused_timed_out": _("The mail service gave up on this address: its mail server did not answer."),
    "refused_blocked": _("The mail service or the other mail server does not let our mail through."),
    "refused_spam": _("The person has marked our mail as unwanted; the mail service sends no more of it."),
    "refused_unsubscribed": _("The person has unsubscribed from our mail."),
    "refused_other": _("The mail service did not send the mail."),
}
DEAD_ADDRESSES = frozenset({"refused_invalid", "refused_bounced", "refused_spam", "refused_unsubscribed"})
