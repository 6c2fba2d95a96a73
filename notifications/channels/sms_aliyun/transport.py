"""SMS by Aliyun: a registered template and the values it leaves open, never a text of ours.

Source: Alibaba Cloud, Dysmsapi 2017-05-25.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import (
    Accepted,
    CallbackReply,
    CallbackRequest,
    Envelope,
    TransportError,
)
from notifications.channels.carrier_json import text_in
from notifications.channels.registered import TemplateTransport
from notifications.channels.sms_aliyun import callbacks, client, templates
from notifications.channels.sms_aliyun.errors import (
    EMPTY_VALUE,
    ERRORS,
    LONG_VALUE,
    NO_TEMPLATE,
    as_transport_error,
)

MAINLAND = "+86"
# Part of an address, and all that tells Aliyun's reports from others'.
CALLBACK_SECRET = re.compile(r"[A-Za-z0-9_~.-]{16,}")
# Days of Aliyun's records are Chinese ones, wherever we run.
ALIYUN_TIME = ZoneInfo("Asia/Shanghai")
CLOCKS_DIFFER = timedelta(minutes=15)
# Records are not written at once: so soon after a try, "nothing" proves nothing.
RECORDED_AFTER = timedelta(minutes=1)
RECORDS_KEPT_DAYS = 30
PAGE = 50
FAILED = 2  # a record's SendStatus; 1 waits for the network, 3 was delivered


class AliyunTransport(TemplateTransport):
    name: ClassVar[str] = "aliyun"
    channel: ClassVar[str] = "sms"
    needs = (
        "ALIYUN_ACCESS_KEY_ID",
        "ALIYUN_ACCESS_KEY_SECRET",
        "ALIYUN_SMS_SIGN_NAME",
        "ALIYUN_CALLBACK_SECRET",
    )
    errors = ERRORS
    dead_addresses = frozenset(
        [
            "isv.MOBILE_NUMBER_ILLEGAL",
            "MOBILE_NOT_ON_SERVICE",
            "INVALID_NUMBER",
            "MOBILE_IN_BLACK",
            "USER_REJECT",
        ]
    )

    @property
    def callback_bytes(self) -> int:
        """Aliyun puts many reports into one request; how many, it does not say."""
        return int(settings.BATCH_MAX_BYTES)

    def contradictions(self) -> list[str]:
        problems = super().contradictions()
        secret = settings.ALIYUN_CALLBACK_SECRET
        if secret and not CALLBACK_SECRET.fullmatch(secret):
            problems.append(
                f"{self.name}: ALIYUN_CALLBACK_SECRET has at least 16 letters, digits or -._~, for it is part of "
                "an address."
            )
        url = urlsplit(settings.ALIYUN_SMS_API_URL)
        if url.scheme not in {"http", "https"} or not url.hostname or url.path:
            problems.append(f"{self.name}: ALIYUN_SMS_API_URL is no http(s) address of a host alone.")
        if set("【】") & set(settings.ALIYUN_SMS_SIGN_NAME):
            problems.append(f"{self.name}: ALIYUN_SMS_SIGN_NAME stands without 【】, which Aliyun adds.")
        return problems

    def takes_link(self, to: str) -> bool:
        """A template's values may hold no address, whatever the number."""
        return False

    @property
    def signature(self) -> str:
        return str(settings.ALIYUN_SMS_SIGN_NAME)

    def text_problems(self, registered: str) -> Iterator[str]:
        return templates.text_problems(registered)

    def value_problem(self, value: str) -> str:
        return templates.value_problem(value)

    def send(self, envelope: Envelope) -> Accepted:
        _must_be_registered(envelope)
        parameters = {
            "PhoneNumbers": _number(envelope.to),
            "SignName": settings.ALIYUN_SMS_SIGN_NAME,
            "TemplateCode": envelope.provider_template,
            "OutId": str(envelope.message_id),
        }
        if envelope.template_values:
            parameters["TemplateParam"] = json.dumps(dict(envelope.template_values), ensure_ascii=False)
        try:
            told = client.call("SendSms", parameters)
        except client.AliyunError as error:
            raise as_transport_error(error) from None
        return Accepted(reference=text_in(told, "BizId", longest=100))

    def look_up(self, envelope: Envelope) -> Accepted | None:
        """There is no idempotency key: Aliyun's records of the number are searched for our id.

        A record has no BizId; the report brings it. Whatever fails here, the message stays uncertain.
        """
        since = envelope.first_sent_at or timezone.now()
        try:
            found = next(
                (record for record in _records(envelope.to, since) if _is_of(record, envelope)), None
            )
        except (client.AliyunError, TransportError) as error:
            raise TransportError("the look-up failed", code=error.code, uncertain=True) from None
        if found is None:
            _must_be_recorded_by_now(since)
            return None
        if found.get("SendStatus") == FAILED:
            code = text_in(found, "ErrCode", longest=50)
            raise TransportError("sent, and not delivered by the network", code=code, permanent=True)
        return Accepted(reference="")

    def answer_callback(self, request: CallbackRequest) -> CallbackReply:
        return callbacks.answer(request, secret=settings.ALIYUN_CALLBACK_SECRET)


def _must_be_registered(envelope: Envelope) -> None:
    """What Aliyun would refuse anyway is told before anything is sent, and says what is missing.

    Another carrier may take it: nothing is wrong with the message or the number.
    """
    if not envelope.provider_template:
        raise TransportError("the text names no registered template", code=NO_TEMPLATE, unfit=True)
    values = envelope.template_values
    for code, names in (
        (EMPTY_VALUE, [name for name, value in values.items() if not value.strip()]),
        (LONG_VALUE, [name for name, value in values.items() if len(value) > templates.LONGEST_VALUE]),
    ):
        if names:
            raise TransportError(f"the value of {', '.join(names)}"[:200], code=code, unfit=True)


def _number(to: str) -> str:
    """A mainland number as at home, another one with its country's code, both without a plus sign."""
    return to.removeprefix(MAINLAND).removeprefix("+")


def _is_of(record: dict[str, Any], envelope: Envelope) -> bool:
    return record.get("OutId") == str(envelope.message_id)


def _must_be_recorded_by_now(since: datetime) -> None:
    if timezone.now() - since < RECORDED_AFTER:
        wait = RECORDED_AFTER.total_seconds()
        raise TransportError("not recorded yet", code="not_recorded", uncertain=True, retry_after=wait)


def _records(to: str, since: datetime) -> Iterator[dict[str, Any]]:
    """All that went to the number from that moment's day until today."""
    day = (since - CLOCKS_DIFFER).astimezone(ALIYUN_TIME).date()
    today = timezone.now().astimezone(ALIYUN_TIME).date()
    day = max(day, today - timedelta(days=RECORDS_KEPT_DAYS - 1))
    while day <= today:
        yield from _records_of_day(to, f"{day:%Y%m%d}")
        day += timedelta(days=1)


def _records_of_day(to: str, day: str) -> Iterator[dict[str, Any]]:
    page, total = 1, 1
    while (page - 1) * PAGE < total:
        told = client.call(
            "QuerySendDetails",
            {"PhoneNumber": _number(to), "SendDate": day, "PageSize": str(PAGE), "CurrentPage": str(page)},
        )
        try:
            total = int(told["TotalCount"])
            yield from map(dict, told["SmsSendDetailDTOs"]["SmsSendDetailDTO"])
        except (KeyError, TypeError, ValueError):
            raise TransportError("records that cannot be read", code="QuerySendDetails") from None
        page += 1


TRANSPORT = AliyunTransport()
