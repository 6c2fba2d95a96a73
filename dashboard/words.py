"""Codes and short words of the record, in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.models import Channel, DeclineReason
from notifications.models import Message, Purpose
from tracking.models import Event, Kind

# Per channel, because the carriers of two channels use the same number for different things.
SMS_ERRORS = {
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
MAIL_ERRORS = {
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
WECHAT_ERRORS = {
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
ERRORS: Mapping[str, Mapping[str, Promise | str]] = {
    Channel.SMS: SMS_ERRORS,
    Channel.EMAIL: MAIL_ERRORS,
    Channel.WECHAT: WECHAT_ERRORS,
}
NO_CONNECTION = {
    "ConnectionError",
    "ConnectionRefusedError",
    "NewConnectionError",
    "ConnectTimeoutError",
    "gaierror",
}
NO_ANSWER = {"TimeoutError", "ReadTimeoutError", "SMTPServerDisconnected", "ProtocolError"}
ACTORS = {"candidate": _("the candidate"), "platform": _("the interview platform")}


def error_words(channel: str, code: str) -> str:
    """Why a message failed; "" without a code."""
    if not code:
        return ""
    if known := ERRORS.get(channel, {}).get(code):
        return str(known)
    if code in NO_CONNECTION:
        return gettext("The carrier could not be reached.")
    if code in NO_ANSWER:
        return gettext("The carrier did not answer in time.")
    return gettext("code %(code)s") % {"code": code}


def event_detail(event: Event) -> str:
    """An event's short word (a code, a purpose, a reason) for people."""
    if event.kind == Kind.FAILED:
        return error_words(event.channel, event.detail)
    for words in (Purpose, DeclineReason):
        if event.detail in words.values:
            return str(words(event.detail).label)
    return event.detail


def actor_words(actor: str) -> str:
    return str(ACTORS.get(actor, actor))


def message_error(message: Message) -> str:
    """Why the message failed or waits; the carrier layer's own words where no code says it."""
    return error_words(message.channel, message.error_code) or message.error
