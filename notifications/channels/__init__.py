"""The carriers: what each must be able to do, and the register of those there are.

Another carrier is one folder with a `TRANSPORT`, and one line in `TRANSPORTS`.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from candidates.models import Channel
from notifications.channels import breaker
from notifications.channels.base import Transport
from notifications.channels.email.transport import TRANSPORT as EMAIL
from notifications.channels.email_esp.transport import TRANSPORT as ESP
from notifications.channels.push_jpush.transport import TRANSPORT as JPUSH
from notifications.channels.sms_aliyun.transport import TRANSPORT as ALIYUN
from notifications.channels.sms_gateway.transport import TRANSPORT as GATEWAY
from notifications.channels.sms_twilio.transport import TRANSPORT as TWILIO
from notifications.channels.wechat.transport import TRANSPORT as WECHAT

TRANSPORTS: dict[str, Transport] = {
    transport.name: transport for transport in (TWILIO, ALIYUN, GATEWAY, ESP, EMAIL, WECHAT, JPUSH)
}
# Under /callbacks/ a carrier goes by its own name, but mail is called mail, whoever carries it.
CALLED_BACK: dict[str, Transport] = {**TRANSPORTS, "email": EMAIL}


def carriers_of(channel: str) -> list[Transport]:
    """The carriers of a channel, in the order of use; for SMS the bank decides which and in what order."""
    if channel == Channel.SMS:
        return [TRANSPORTS[name] for name in settings.SMS_PROVIDERS if name in TRANSPORTS]
    return [transport for transport in TRANSPORTS.values() if transport.channel == channel]


def carriers_set_up(channel: str) -> list[Transport]:
    """Those of them whose settings are there, in the same order."""
    return [carrier for carrier in carriers_of(channel) if not carrier.missing_settings()]


def tells_delivered(channel: str) -> bool:
    """Whether any carrier of the channel that is set up can tell that a message arrived."""
    return any(carrier.tells_delivered for carrier in carriers_set_up(channel))


# Our own codes, whatever the carrier.
OWN_ERRORS: dict[str, Promise | str] = {
    "lease": _("The worker that was sending it stopped."),
    "no_address": _("The person has no address on this channel any more."),
    "too_late": _("It came to its turn too late to be of use, so it was not sent."),
}


def why(channel: str, code: str) -> str:
    """A code in words a person can act on; "" for one that no carrier of the channel explains."""
    known = [OWN_ERRORS, *(carrier.errors for carrier in carriers_of(channel))]
    return next((str(errors[code]) for errors in known if code in errors), "")


def is_dead_address(provider: str, code: str) -> bool:
    """Whether after this code of the carrier's the address is not to be used again."""
    return provider in TRANSPORTS and code in TRANSPORTS[provider].dead_addresses


def transport_for(channel: str) -> Transport | None:
    """The transport that carries a channel now, or None where the channel is off."""
    return next(iter(carriers_set_up(channel)), None)


def carriers_in_use(channel: str) -> list[Transport]:
    """The carriers that carry a channel now, in the order of use: set up, and not resting after failures."""
    return [carrier for carrier in carriers_set_up(channel) if not breaker.is_resting(carrier.name)]


def open_channels() -> list[str]:
    """Channels with a usable carrier."""
    channels = dict.fromkeys(transport.channel for transport in TRANSPORTS.values())
    return [channel for channel in channels if transport_for(channel)]
