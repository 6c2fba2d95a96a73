"""What became of a push: JPush's callback, and its report for pushes of which no receipt came.

JPush discloses the fields of its receipts to its customers only, so both spellings of its number are read and a word
that is not in OUTCOMES is kept as it came. Sources: "Receipt API", "Report API", and the kinds of receipt in the
`callback` parameter of "Push API".
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings

from notifications.channels.base import (
    CallbackRefused,
    CallbackReply,
    CallbackRequest,
    ParsedReceipt,
    TransportError,
)
from notifications.channels.push_jpush import client
from notifications.states import State

PROVIDER = "jpush"
# JPush's kinds of receipt. A click is no answer and no reading of the page, but it proves that the push arrived.
OUTCOMES = {
    "1": State.DELIVERED,
    "received": State.DELIVERED,
    "2": State.DELIVERED,
    "click": State.DELIVERED,
    "8": State.ACCEPTED,
    "push": State.ACCEPTED,
    "unreceived": State.UNDELIVERED,
}
REPORTED = "received/detail"
IN_ONE_QUESTION = 100
# Of the report's counts, those that mean a device; "…_sent" only got as far as a phone maker's server.
ON_A_DEVICE = "_received"


# --- The callback -------------------------------------------------------------------------------
def answer(request: CallbackRequest, *, secret: str) -> CallbackReply:
    """Raises CallbackRefused on a wrong secret, where none is set, or on a body that is no receipt."""
    if not secret or not hmac.compare_digest(request.rest.strip("/").encode(), secret.encode()):
        raise CallbackRefused("wrong secret")
    if request.method == "GET":  # JPush tries the address out
        return CallbackReply(body=request.query.get("echostr", ""))
    return CallbackReply(receipts=[_receipt(item) for item in _items(request.body)])


def _items(body: bytes) -> list[dict[str, Any]]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise CallbackRefused("not JSON") from None
    items = told if isinstance(told, list) else [told]
    if not items or not all(isinstance(item, dict) for item in items):
        raise CallbackRefused("not a receipt")
    return items


def _receipt(item: dict[str, Any]) -> ParsedReceipt:
    reference = _plain(item.get("msg_id") or item.get("msgid"))
    word = _plain(item.get("type", item.get("status")))
    if not reference or not word:
        raise CallbackRefused("not a receipt")
    return ParsedReceipt(
        provider=PROVIDER,
        key=f"{reference}:{word}"[:200],
        word=word[:100],
        outcome=OUTCOMES.get(word.lower(), ""),
        reference=reference[:100],
        code=word[:50] if OUTCOMES.get(word.lower()) == State.UNDELIVERED else "",
        raw=json.dumps(item, ensure_ascii=True),
    )


def _plain(value: object) -> str:
    """A number or a word as text; "" for anything else and for what a database cannot hold."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isprintable() else ""


# --- The report ---------------------------------------------------------------------------------
def fetch(references: Sequence[str]) -> list[ParsedReceipt]:
    """Receipts of those pushes that reached a device; JPush knows pushes of the last 28 days.

    Asked again it says the same under the same key, so that nothing happens twice. Raises TransportError.
    """
    numbers = [number for number in references if number.isdecimal()]
    return [
        receipt
        for start in range(0, len(numbers), IN_ONE_QUESTION)
        for receipt in _reported(_report(numbers[start : start + IN_ONE_QUESTION]))
    ]


def _report(numbers: Iterable[str]) -> Any:
    url = f"{settings.JPUSH_REPORT_URL}/v3/received/detail?msg_ids={','.join(numbers)}"
    try:
        return client.call("GET", url)
    except client.JPushError as error:
        raise TransportError(
            "the report is refused",
            code=str(error.code or error.status),
            throttled=error.status == 429,
            retry_after=error.retry_after,
        ) from None


def _reported(rows: Any) -> Iterator[ParsedReceipt]:
    for row in rows if isinstance(rows, list) else []:
        reference = _plain(row.get("msg_id")) if isinstance(row, dict) else ""
        if reference and _arrived(row):
            yield ParsedReceipt(
                provider=PROVIDER,
                key=f"{reference}:{REPORTED}"[:200],
                word=REPORTED,
                outcome=State.DELIVERED,
                reference=reference[:100],
                raw=json.dumps(row, ensure_ascii=True),
            )


def _arrived(row: dict[str, Any]) -> bool:
    counts = (value for name, value in row.items() if name.endswith(ON_A_DEVICE))
    return any(isinstance(count, int) and count > 0 for count in counts)
