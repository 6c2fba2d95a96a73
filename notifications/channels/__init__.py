"""The carriers: what each must be able to do, and the register of those there are.

Another carrier is one folder with a `TRANSPORT`, and one line in `TRANSPORTS`.
"""

from __future__ import annotations

from django.conf import settings

from notifications.channels.base import Transport
from notifications.channels.email.transport import TRANSPORT as EMAIL
from notifications.channels.sms_twilio.transport import TRANSPORT as TWILIO
from notifications.channels.wechat.transport import TRANSPORT as WECHAT

TRANSPORTS: dict[str, Transport] = {transport.name: transport for transport in (TWILIO, EMAIL, WECHAT)}


def transport_for(channel: str) -> Transport | None:
    """The transport that carries a channel now, or None where the channel is off."""
    carriers = [transport for transport in TRANSPORTS.values() if transport.channel == channel]
    if channel == "sms":
        carriers = [TRANSPORTS[name] for name in settings.SMS_PROVIDERS if name in TRANSPORTS]
    return next((transport for transport in carriers if not transport.missing_settings()), None)


def open_channels() -> list[str]:
    """Channels with a usable carrier."""
    channels = dict.fromkeys(transport.channel for transport in TRANSPORTS.values())
    return [channel for channel in channels if transport_for(channel)]
