"""JPush: keys against doubling, pushes to one device, receipts, and the report of what arrived.

Source: JPush's REST API v3. The fields of its receipts are disclosed to its customers only: ours hold its number
for the push and the kind of receipt under the names that JPush uses elsewhere.
"""

import hmac
import json
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import BasicAuth, web

from sandbox.answers import json_answer
from sandbox.desk import Desk, WebCarrier
from sandbox.inbox import Message, Shown
from sandbox.options import JpushAccount, Options
from sandbox.receipts import Post, Step

NAME = "jpush"
CHANNEL = "push"
VALID_FOR = 86_400.0  # seconds in which a cid counts
MOST_CIDS = 1000
MOST_IN_A_REPORT = 100
MOST_BYTES = 4000  # of a notification for Android
RECEIVED = 1  # JPush's kind of receipt for "arrived on the device"
Handler = Callable[[web.Request], Awaitable[web.Response]]

MAGIC = (
    ("registration with “gone”", "error 1011: no such device"),
    ("registration with “illegal”", "error 1003: not a registration"),
    ("registration with “flooded”", "error 2005: too many pushes to it"),
    ("registration with “offline”", "accepted, never received"),
    ("registration with “silent”", "accepted and received, but no receipt comes; the report knows"),
)

REFUSED = {
    "gone": (400, 1011, "cannot find user by this audience or has been inactive for more than 255 days"),
    "illegal": (400, 1003, "The registration_id is invalid"),
    "flooded": (403, 2005, "push to this target too many times"),
}
OFFLINE, SILENT = "offline", "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """`title` and `alert` as an Android phone shows them, `link` out of the extras."""

    registration: str
    title: str
    alert: str
    link: str
    cid: str
    accepted: float  # monotonic seconds

    @property
    def size(self) -> int:
        return 2 * (len(self.title) + len(self.alert) + len(self.link)) + 400

    def show(self) -> Shown:
        is_web = self.link.startswith(("http://", "https://"))
        return Shown(
            subject=self.title,
            text=self.alert,
            url=self.link,
            client_id=self.cid or None,
            links=[self.link] if is_web else [],
        )


class CarrierError(Exception):
    """Answered as JPush does: an HTTP status, its own code, a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self) -> web.Response:
        answer = json_answer({"error": {"code": self.code, "message": self.message}}, status=self.status)
        if self.status == 429:
            answer.headers.update({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1"})
        return answer


TEMPORARY = (
    (500, 1000, "System error"),
    (503, 1030, "Internal service timeout"),
    (429, 2002, "Rate limit exceeded"),
)


def build(*, options: Options, desk: Desk) -> "Jpush | None":
    return Jpush(account=options.jpush, desk=desk) if options.jpush else None


class Jpush(WebCarrier):
    name = NAME

    def __init__(self, *, account: JpushAccount, desk: Desk) -> None:
        self.account = account
        self.desk = desk
        # Each cid handed out: until when it counts, and what its first push came to.
        self._cids: dict[str, tuple[float, str]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        return (
            web.get("/v3/push/cid", partial(self.answered, self.give_cids)),
            web.post("/v3/push", partial(self.answered, self.push)),
            web.get("/v3/received/detail", partial(self.answered, self.report)),
        )

    async def answered(self, act: Handler, request: web.Request) -> web.Response:
        """What every call has in common: counting, login, faults, refusals in JPush's form."""
        self.desk.counts.add(CHANNEL, "requests")
        try:
            self.check_login(request)
            await self.desk.faults.answer_slowly()
            if self.desk.faults.carrier_fails():
                self.desk.counts.add(CHANNEL, "faulted")
                return CarrierError(*secrets.choice(TEMPORARY)).answer()
            return await act(request)
        except CarrierError as refused:
            self.desk.counts.add(CHANNEL, "refused")
            return refused.answer()

    def check_login(self, request: web.Request) -> None:
        expected = BasicAuth(self.account.app_key, self.account.master_secret).encode()
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            raise CarrierError(401, 1004, "Authen failed")

    async def give_cids(self, request: web.Request) -> web.Response:
        count, now = request.query.get("count", "1"), time.monotonic()
        if not count.isdecimal() or not 0 < int(count) <= MOST_CIDS:
            raise CarrierError(400, 1003, "count is invalid")
        while self._cids and next(iter(self._cids.values()))[0] < now:
            del self._cids[next(iter(self._cids))]
        given = [f"{self.account.app_key}-{uuid.uuid4()}" for _ in range(int(count))]
        self._cids.update(dict.fromkeys(given, (now + VALID_FOR, "")))
        return json_answer({"cidlist": given})

    async def push(self, request: web.Request) -> web.Response:
        push = push_of(await read_json(request))
        until, msg_id = self.known(push.cid)
        if msg_id:
            self.desk.counts.add(CHANNEL, "repeats")
        else:
            msg_id = self.accept(push)
            if push.cid:
                self._cids[push.cid] = (until, msg_id)
            await self.desk.perhaps_never_answer(CHANNEL)
        return json_answer({"sendno": "0", "msg_id": msg_id})

    def known(self, cid: str) -> tuple[float, str]:
        """Only a cid that was handed out counts, as JPush documents it; none at all is allowed too."""
        if not cid:
            return 0.0, ""
        until, msg_id = self._cids.get(cid, (0.0, ""))
        if until < time.monotonic():
            raise CarrierError(400, 1003, "cid is invalid")
        return until, msg_id

    def accept(self, push: Push) -> str:
        # Over 2^53 on purpose: who reads it as a JavaScript number or a float loses digits.
        msg_id = str((1 << 61) | secrets.randbits(61))
        message = self.desk.inbox.keep(channel=CHANNEL, to=push.registration, reference=msg_id, content=push)
        self.desk.counts.add(CHANNEL, "kept")
        if self.account.callback and not any(word in push.registration for word in (OFFLINE, SILENT)):
            build_post = partial(receipt, account=self.account, msg_id=msg_id, registration=push.registration)
            self.desk.receipts.send_back(message=message, steps=[Step(status="received", build=build_post)])
        return msg_id

    async def report(self, request: web.Request) -> web.Response:
        """Numbers nobody knows are left out, as JPush does; a dropped receipt changes nothing here."""
        numbers = request.query.get("msg_ids", "").split(",")
        if len(numbers) > MOST_IN_A_REPORT or not all(number.isdecimal() for number in numbers):
            raise CarrierError(400, 3002, "msg_ids is invalid")
        found = (self.desk.inbox.find(channel=CHANNEL, reference=number) for number in numbers)
        return json_answer([self.row(message) for message in found if message is not None])

    def row(self, message: Message) -> dict[str, Any]:
        push = push_in(message)
        arrived = time.monotonic() - push.accepted >= self.desk.faults.receipt_delay
        received = 1 if arrived and OFFLINE not in push.registration else None
        return {
            "msg_id": message.reference,
            "jpush_received": received,
            "android_pns_sent": None,
            "android_pns_received": None,
            "ios_apns_sent": None,
            "ios_apns_received": None,
            "ios_msg_received": None,
        }


async def read_json(request: web.Request) -> Mapping[str, Any]:
    try:
        content = json.loads(await request.text())
    except ValueError as error:
        raise CarrierError(400, 1003, "The request body is not JSON") from error
    if not isinstance(content, dict):
        raise CarrierError(400, 1003, "The request body is not an object")
    return content


def push_of(asked: Mapping[str, Any]) -> Push:
    for needed in ("platform", "audience", "notification"):
        if not asked.get(needed):
            raise CarrierError(400, 1002, f"{needed} is missing")
    notification = asked["notification"]
    if not isinstance(notification, dict):
        raise CarrierError(400, 1003, "notification is invalid")
    if len(json.dumps(notification, ensure_ascii=False).encode()) > MOST_BYTES:
        raise CarrierError(400, 1005, "The notification is too long")
    android = notification.get("android")
    android = android if isinstance(android, dict) else {}
    extras = android.get("extras")
    return Push(
        registration=checked_registration(asked["audience"]),
        title=str(android.get("title") or ""),
        alert=str(android.get("alert") or notification.get("alert") or ""),
        link=str(extras.get("link") or "") if isinstance(extras, dict) else "",
        cid=str(asked.get("cid") or ""),
        accepted=time.monotonic(),
    )


def checked_registration(audience: object) -> str:
    """The one device; tags, aliases and broadcasts are nothing the product may send."""
    found = audience.get("registration_id") if isinstance(audience, dict) else None
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], str) or not found[0]:
        raise CarrierError(400, 1003, "audience must name one registration_id")
    for word, refusal in REFUSED.items():
        if word in found[0]:
            raise CarrierError(*refusal)
    return found[0]


def push_in(message: Message) -> Push:
    if not isinstance(message.content, Push):
        raise TypeError(f"message {message.seq} was not kept by {NAME}")
    return message.content


def receipt(*, account: JpushAccount, msg_id: str, registration: str) -> Post:
    told = {"msg_id": msg_id, "type": RECEIVED, "registration_id": registration, "time": int(time.time())}
    headers = {
        "Content-Type": "application/json",
        "Authorization": BasicAuth(account.app_key, account.master_secret).encode(),
    }
    return Post(url=account.callback, headers=headers, body=json.dumps([told]).encode())
