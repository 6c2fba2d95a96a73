"""Why a mail service sends nothing to an address, in words a person can act on.

What the other mail server says is explained beside the plain mail's replies. Source: Anymail, "Normalized tracking
event", reject reasons.
"""

from django.utils.translation import gettext_lazy as _

from notifications.channels.email.errors import ERRORS as REPLIES

REFUSED = "refused_"  # before Anymail's word for the reason
ERRORS = {
    **REPLIES,
    "refused_invalid": _("The address is not written correctly."),
    "refused_bounced": _("The mail service sends nothing to this address any more: earlier mail came back."),
    "refused_timed_out": _("The mail service gave up on this address: its mail server did not answer."),
    "refused_blocked": _("The mail service or the other mail server does not let our mail through."),
    "refused_spam": _("The person has marked our mail as unwanted; the mail service sends no more of it."),
    "refused_unsubscribed": _("The person has unsubscribed from our mail."),
    "refused_other": _("The mail service did not send the mail."),
}
DEAD_ADDRESSES = frozenset({"refused_invalid", "refused_bounced", "refused_spam", "refused_unsubscribed"})
