"""WeChat template messages of an official (service) account."""

import re
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    Transport,
    TransportError,
)
from notifications.channels.wechat import callbacks, client
from notifications.channels.wechat.errors import ERRORS

# WeChat remembers a client_msg_id for 10 minutes; a minute of them is kept for the request itself.
REPEATABLE = timedelta(minutes=9)
QUOTA = {45009, 45011, 45047}
BUSY = {-1}
AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")  # base64 of 32 bytes, one "=" short
TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
OUR_SETUP = {40013, 40125, 40164, 48001, 50002}


class WeChatTransport(Transport):
    name: ClassVar[str] = "wechat"
    channel: ClassVar[str] = "wechat"
    needs = ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN")
    errors = ERRORS
    dead_addresses = frozenset({"40003", "43004", "failed:user block"})

    def contradictions(self) -> list[str]:
        problems = super().contradictions()
        if settings.WECHAT_AES_KEY and not AES_KEY.fullmatch(settings.WECHAT_AES_KEY):
            problems.append(
                f"{self.name}: WECHAT_AES_KEY has 43 characters of base64, or none in plain mode."
            )
        if settings.WECHAT_TOKEN and not TOKEN.fullmatch(settings.WECHAT_TOKEN):
            problems.append(
                f"{self.name}: WECHAT_TOKEN has 3 to 32 letters and digits; WeChat takes no other."
            )
        return problems

    def send(self, envelope: Envelope) -> Accepted:
        """HTTP success is not delivery: that comes as an event."""
        _must_be_repeatable(envelope)
        try:
            told = client.call(
                "/cgi-bin/message/template/send",
                {
                    "touser": envelope.to,
                    "template_id": envelope.provider_template,
                    "url": envelope.link,
                    # The same person and number is sent once within REPEATABLE.
                    "client_msg_id": str(envelope.message_id),
                    "data": {key: {"value": value} for key, value in template_fields(envelope.text)},
                },
            )
        except client.WeChatError as error:
            raise _as_transport_error(error.errcode) from None
        return Accepted(reference=str(told.get("msgid", "")))

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(
            request,
            token=settings.WECHAT_TOKEN,
            aes_key=settings.WECHAT_AES_KEY,
            app_id=settings.WECHAT_APP_ID,
        )


def _must_be_repeatable(envelope: Envelope) -> None:
    """What may already be with WeChat is not repeated once WeChat no longer knows it: another channel is surer."""
    if envelope.first_sent_at and timezone.now() - envelope.first_sent_at > REPEATABLE:
        raise TransportError("too late to repeat without doubling", code="repeat_window", permanent=True)


def template_fields(text: str) -> list[tuple[str, str]]:
    """The registered template's fields from lines such as `thing1: 综合柜员`."""
    pairs = (line.partition(":") for line in text.splitlines() if line.strip())
    return [(key.strip(), value.strip()) for key, _, value in pairs]


def _as_transport_error(errcode: int) -> TransportError:
    code = str(errcode)
    if errcode in QUOTA:
        return TransportError("the quota is used up", code=code, throttled=True, retry_after=60)
    if errcode in BUSY or errcode in client.STALE_TOKEN:
        return TransportError("the carrier is busy or refuses the token", code=code)
    if errcode in OUR_SETUP:
        return TransportError("the account may not send", code=code)
    return TransportError("the carrier refused the message", code=code, permanent=True)


TRANSPORT = WeChatTransport()
