"""Twilio's Messages resource: create, fetch, list, and signed status callbacks.

Source: Twilio's REST API reference, 2010-04-01, and its page on webhook security.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urldefrag, urlencode

from aiohttp import BasicAuth, web

from sandbox.answers import json_answer
from sandbox.carriers.twilio_dates import DateFilter
from sandbox.desk import Desk, WebCarrier
from sandbox.inbox import Shown
from sandbox.links import links_in_text
from sandbox.options import Options, TwilioAccount
from sandbox.receipts import Post, Step
from sandbox.sms_segments import sms_segments

NAME = "twilio"
CHANNEL = "sms"
API_VERSION = "2010-04-01"
SERVICE_SENDER = "+15005550006"  # who a messaging service would have chosen: Twilio's own test number
E164 = re.compile(r"\+[1-9]\d{6,14}")
MAX_PAGE = 1000

MAGIC = (
    ("+…0001", "400, error 21211: invalid number"),
    ("+…0002", "400, error 21610: opted out"),
    ("+…0003", "accepted, sent, then undelivered 30005"),
    ("+…0004", "accepted, then failed 30008"),
    ("+…0005", "accepted, never a receipt"),
)

Handler = Callable[[web.Request], Awaitable[web.Response]]
Course = tuple[tuple[str, int | None], ...]
ORDINARY: Course = (("sent", None), ("delivered", None))
COURSES: Mapping[str, Course] = {
    "0003": (("sent", None), ("undelivered", 30005)),
    "0004": (("failed", 30008),),
    "0005": (("sent", None),),
}
SILENT = "0005"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`course`: the statuses still to come after the first one, `pause` apart."""

    sid: str
    to: str
    sender: str
    service: str
    body: str
    callback: str
    first_status: str
    course: Course
    pause: timedelta
    created: datetime

    @property
    def size(self) -> int:
        return 2 * len(self.body) + 400

    def show(self) -> Shown:
        return Shown(
            text=self.body, sender=self.sender, callback=self.callback, links=links_in_text(self.body)
        )

    def status_at(self, moment: datetime) -> tuple[str, int | None, datetime]:
        """Status, error code and since when: what a lookup says even if the callback was lost."""
        passed = len(self.course)
        if self.pause:
            passed = min(passed, (moment - self.created) // self.pause)
        if passed <= 0:
            return self.first_status, None, self.created
        status, code = self.course[passed - 1]
        return status, code, self.created + passed * self.pause


class CarrierError(Exception):
    """Answered as Twilio does: HTTP status, its own code, a message."""

    def __init__(self, *, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self) -> web.Response:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        content = {"code": self.code, "message": self.message, "more_info": more, "status": self.status}
        answer = json_answer(content, status=self.status)
        if self.status == 401:
            answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        return answer


def build(*, options: Options, desk: Desk) -> "Twilio | None":
    return Twilio(account=options.twilio, desk=desk) if options.twilio else None


class Twilio(WebCarrier):
    name = NAME

    def __init__(self, *, account: TwilioAccount, desk: Desk) -> None:
        self.account = account
        self.desk = desk

    def routes(self) -> Iterable[web.RouteDef]:
        base = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        return (
            web.post(base + ".json", partial(self.answered, self.create)),
            web.get(base + ".json", partial(self.answered, self.search)),
            web.get(base + "/{sid}.json", partial(self.answered, self.fetch)),
        )

    async def answered(self, act: Handler, request: web.Request) -> web.Response:
        """What every call has in common: counting, login, faults, refusals in Twilio's form."""
        self.desk.counts.add(CHANNEL, "requests")
        try:
            self.check_login(request)
            await self.desk.faults.answer_slowly()
            self.perhaps_fail()
            return await act(request)
        except CarrierError as refused:
            if refused.code not in TEMPORARY:
                self.desk.counts.add(CHANNEL, "refused")
            return refused.answer()

    def check_login(self, request: web.Request) -> None:
        expected = BasicAuth(self.account.sid, self.account.auth_token).encode()
        given = request.headers.get("Authorization", "")
        matches = hmac.compare_digest(given.encode(), expected.encode())
        if not matches or request.match_info["account"] != self.account.sid:
            raise CarrierError(status=401, code=20003, message="Authenticate")

    def perhaps_fail(self) -> None:
        if self.desk.faults.carrier_fails():
            self.desk.counts.add(CHANNEL, "faulted")
            code, (status, message) = secrets.choice(tuple(TEMPORARY.items()))
            raise CarrierError(status=status, code=code, message=message)

    async def create(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        check_message(form)
        text = self.text_of(form)
        message = self.desk.inbox.keep(channel=CHANNEL, to=text.to, reference=text.sid, content=text)
        self.desk.counts.add(CHANNEL, "kept")
        callback = text.callback
        if callback and not text.to.endswith(SILENT):
            steps = [self.step(text=text, callback=callback, stage=stage) for stage in text.course]
            self.desk.receipts.send_back(message=message, steps=steps)
        await self.desk.perhaps_never_answer(CHANNEL)
        return json_answer(self.resource(text, moment=text.created), status=201)

    def text_of(self, form: Mapping[str, str]) -> Text:
        service = form.get("MessagingServiceSid", "")
        return Text(
            sid="SM" + secrets.token_hex(16),
            to=form["To"],
            sender=form.get("From") or SERVICE_SENDER,
            service=service,
            body=form["Body"],
            callback=urldefrag(form.get("StatusCallback", "")).url,
            first_status="accepted" if service else "queued",
            course=COURSES.get(form["To"][-4:], ORDINARY),
            pause=timedelta(seconds=self.desk.faults.receipt_delay),
            created=datetime.now(UTC),
        )

    def step(self, *, text: Text, callback: str, stage: tuple[str, int | None]) -> Step:
        status, code = stage
        build_post = partial(
            status_callback, account=self.account, text=text, url=callback, status=status, code=code
        )
        return Step(status=status, build=build_post)

    async def fetch(self, request: web.Request) -> web.Response:
        message = self.desk.inbox.find(channel=CHANNEL, reference=request.match_info["sid"])
        if message is None or not isinstance(message.content, Text):
            raise CarrierError(
                status=404, code=20404, message=f"The requested resource {request.path} was not found"
            )
        return json_answer(self.resource(message.content, moment=datetime.now(UTC)))

    async def search(self, request: web.Request) -> web.Response:
        query = request.query
        size, page = page_of(query)
        now = datetime.now(UTC)
        found = list(islice(self.matching(query), size + 1))
        content = {
            "messages": [self.resource(text, moment=now) for text in found[:size]],
            **paging(request, size=size, page=page, last=found[size - 1] if len(found) > size else None),
        }
        content["end"] = page * size + max(len(found[:size]) - 1, 0)
        return json_answer(content)

    def matching(self, query: Mapping[str, str]) -> Iterator[Text]:
        """Newest first. A message not yet sent counts by its creation, so that it is found at once."""
        try:
            dates = DateFilter.from_query(query)
        except ValueError as error:
            raise CarrierError(status=400, code=20001, message=f"DateSent: {error}") from error
        before = self.desk.inbox.find(
            channel=CHANNEL, reference=query.get("PageToken", "").removeprefix("PA")
        )
        for message in self.desk.inbox.newest_first(channel=CHANNEL, to=query.get("To", "")):
            text = message.content
            # Other SMS carriers have texts on the same phone.
            if not isinstance(text, Text) or (before is not None and message.seq >= before.seq):
                continue
            if query.get("From", text.sender) == text.sender and dates.covers(text.created):
                yield text

    def resource(self, text: Text, *, moment: datetime) -> dict[str, Any]:
        status, code, since = text.status_at(moment)
        uri = f"/{API_VERSION}/Accounts/{self.account.sid}/Messages/{text.sid}"
        return {
            "account_sid": self.account.sid,
            "api_version": API_VERSION,
            "body": text.body,
            "date_created": rfc2822(text.created),
            "date_sent": None if status == text.first_status else rfc2822(text.created + text.pause),
            "date_updated": rfc2822(since),
            "direction": "outbound-api",
            "error_code": code,
            "error_message": ERROR_MESSAGES.get(code) if code else None,
            "from": None if text.service and status == text.first_status else text.sender,
            "messaging_service_sid": text.service or None,
            "num_media": "0",
            "num_segments": str(sms_segments(text.body)),
            "price": None,
            "price_unit": "USD",
            "sid": text.sid,
            "status": status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": text.to,
            "uri": f"{uri}.json",
        }


TEMPORARY = {20500: (500, "Internal Server Error"), 20429: (429, "Too Many Requests")}
ERROR_MESSAGES = {30005: "Unknown destination handset", 30008: "Unknown error"}


def check_message(form: Mapping[str, str]) -> None:
    to, body = form.get("To", ""), form.get("Body", "")
    if not to:
        raise CarrierError(status=400, code=21604, message="A 'To' phone number is required.")
    if not (form.get("From") or form.get("MessagingServiceSid")):
        raise CarrierError(status=400, code=21603, message="A 'From' phone number is required.")
    if not body:
        raise CarrierError(status=400, code=21602, message="Message body is required.")
    if len(body) > 1600:
        raise CarrierError(
            status=400, code=21617, message="The message body exceeds the 1600 character limit."
        )
    if not form.get("StatusCallback", "http://").startswith(("http://", "https://")):
        raise CarrierError(status=400, code=21609, message="The StatusCallback URL is not a valid URL.")
    if to.endswith("0001") or not E164.fullmatch(to):
        raise CarrierError(status=400, code=21211, message=f"Invalid 'To' Phone Number: {to}")
    if to.endswith("0002"):
        raise CarrierError(status=400, code=21610, message="Attempt to send to unsubscribed recipient")


def rfc2822(moment: datetime) -> str:
    return format_datetime(moment)


def page_of(query: Mapping[str, str]) -> tuple[int, int]:
    """Size and number (from 0) of the page asked for."""
    try:
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
    except ValueError as error:
        raise CarrierError(status=400, code=20001, message="PageSize and Page must be numbers") from error
    return min(max(size, 1), MAX_PAGE), max(page, 0)


def paging(request: web.Request, *, size: int, page: int, last: Text | None) -> dict[str, Any]:
    """`last`: the page's last message when more follow."""
    asked = {
        name: value for name, value in request.query.items() if name not in ("Page", "PageToken", "PageSize")
    }

    def uri(number: int, **token: str) -> str:
        return request.path + "?" + urlencode({**asked, "PageSize": size, "Page": number, **token})

    return {
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1, PageToken="PA" + last.sid) if last else None,
        "previous_page_uri": None,
        "page": page,
        "page_size": size,
        "start": page * size,
        "uri": request.path_qs,
    }


def status_callback(*, account: TwilioAccount, text: Text, url: str, status: str, code: int | None) -> Post:
    fields = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": text.to,
        "From": text.sender,
        "AccountSid": account.sid,
        "ApiVersion": API_VERSION,
    }
    if text.service:
        fields["MessagingServiceSid"] = text.service
    if code is not None:
        fields["ErrorCode"] = str(code)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": signature(url=url, fields=fields, auth_token=account.auth_token),
    }
    return Post(url=url, headers=headers, body=urlencode(fields).encode())


def signature(*, url: str, fields: Mapping[str, str], auth_token: str) -> str:
    """Base64 of HMAC-SHA1 over the full address followed by each name and value, sorted by name."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
