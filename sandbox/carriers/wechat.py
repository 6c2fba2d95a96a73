"""WeChat's official account: token, template messages with their result event, and the people who follow it.

Source: WeChat's official account documentation; see README.md for what is simplified.
"""

import hmac
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.answers import json_answer
from sandbox.carriers.wechat_events import template_job_finished
from sandbox.carriers.wechat_followers import Followers
from sandbox.carriers.wechat_people import SNAPSHOT, CodeUsed, People
from sandbox.carriers.wechat_token import TokenDesk
from sandbox.desk import Desk, WebCarrier
from sandbox.inbox import Shown
from sandbox.options import Options, WechatAccount
from sandbox.receipts import Step

NAME = "wechat"
CHANNEL = "wechat"
SENT_ONCE_WITHIN = 600.0  # seconds in which a client_msg_id counts for an openid
QR_LONGEST = 2_592_000  # seconds
Handler = Callable[[web.Request, Mapping[str, Any]], Awaitable[web.Response]]
OPENID = re.compile(r"[A-Za-z0-9_-]{1,128}")
FIELD_LIMITS = {"thing": 20}  # characters, by the field's type

MAGIC = (
    ("openid with “unfollowed”", "errcode 43004: does not follow, until it does"),
    ("openid with “snapshot”", "OAuth in a preview: is_snapshotuser 1"),
    ("openid with “refused”", "errcode 43101: refused this template"),
    ("openid with “blocked”", "accepted, event failed:user block"),
    ("openid with “sysfail”", "accepted, event failed: system failed"),
    ("template_id with “unknown”", "errcode 40037: invalid template"),
)

REFUSED_OPENIDS = {"refused": (43101, "user refuse to accept the msg")}
FAILING_OPENIDS = {"blocked": "failed:user block", "sysfail": "failed: system failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    openid: str
    template_id: str
    url: str
    client_msg_id: str | None
    fields: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        return 2 * sum(len(name) + len(value) for name, value in self.fields) + len(self.url) + 400

    def show(self) -> Shown:
        return Shown(
            subject=self.template_id,
            text="\n".join(f"{name}: {value}" for name, value in self.fields),
            url=self.url,
            client_id=self.client_msg_id,
            links=[self.url] if self.url.startswith(("http://", "https://")) else [],
            fields=list(self.fields),
        )


class CarrierError(Exception):
    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg

    def answer(self) -> web.Response:
        """WeChat says 200 to everything; the error stands in the body."""
        trace = f"rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
        return json_answer({"errcode": self.errcode, "errmsg": f"{self.errmsg} {trace}"})


def build(*, options: Options, desk: Desk) -> "Wechat | None":
    return Wechat(account=options.wechat, desk=desk) if options.wechat else None


class Wechat(WebCarrier):
    name = NAME

    def __init__(self, *, account: WechatAccount, desk: Desk) -> None:
        self.account = account
        self.desk = desk
        self.tokens = TokenDesk()
        self.people = People()
        self.followers = Followers(account=account, desk=desk, people=self.people)
        self._sent: dict[tuple[str, str], tuple[int, float]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        return (
            web.post("/cgi-bin/stable_token", partial(self.answered, self.stable_token)),
            web.post("/cgi-bin/message/template/send", partial(self.answered, self.send_template)),
            web.post("/cgi-bin/qrcode/create", partial(self.answered, self.create_qrcode)),
            web.get("/cgi-bin/user/info", partial(self.answered, self.user_info)),
            web.get("/sns/oauth2/access_token", partial(self.answered, self.visitor)),
            web.post("/wechat/expire-token", self.expire_token),
            *self.followers.routes(),
        )

    async def answered(self, act: Handler, request: web.Request) -> web.Response:
        self.desk.counts.add(CHANNEL, "requests")
        await self.desk.faults.answer_slowly()
        if self.desk.faults.carrier_fails():
            self.desk.counts.add(CHANNEL, "faulted")
            return temporary_failure()
        try:
            asked = await read_json(request) if request.method == "POST" else request.query
            return await act(request, asked)
        except CarrierError as refused:
            self.desk.counts.add(CHANNEL, "refused")
            return refused.answer()

    async def stable_token(self, _request: web.Request, asked: Mapping[str, Any]) -> web.Response:
        force = asked.get("force_refresh") is True
        self.desk.counts.add(CHANNEL, "token_calls")
        self.desk.counts.add(CHANNEL, "token_calls_forced", int(force))
        if asked.get("grant_type") != "client_credential":
            raise CarrierError(40002, "invalid grant_type")
        if asked.get("appid") != self.account.app_id:
            raise CarrierError(40013, "invalid appid")
        if not hmac.compare_digest(str(asked.get("secret")).encode(), self.account.app_secret.encode()):
            raise CarrierError(40125, "invalid appsecret")
        token = self.tokens.give(force=force)
        return json_answer({"access_token": token.value, "expires_in": token.remaining})

    async def expire_token(self, _request: web.Request) -> web.Response:
        """Control: what was handed out is void, as after a forced refresh by somebody else."""
        self.tokens.expire()
        return json_answer({"expired": True})

    def check_token(self, request: web.Request) -> None:
        given = request.query.get("access_token", "")
        if not given:
            raise CarrierError(41001, "access_token missing")
        if not self.tokens.knows(given):
            raise CarrierError(40001, "invalid credential, access_token is invalid or not latest")

    async def send_template(self, request: web.Request, asked: Mapping[str, Any]) -> web.Response:
        self.check_token(request)
        card = card_of(asked)
        if not self.people.follows(card.openid):
            raise CarrierError(43004, "require subscribe")
        msgid = self.sent_before(card)
        if msgid is None:
            msgid = self.accept(card)
            await self.desk.perhaps_never_answer(CHANNEL)
        return json_answer({"errcode": 0, "errmsg": "ok", "msgid": msgid})

    def sent_before(self, card: Card) -> int | None:
        if card.client_msg_id is None:
            return None
        msgid, until = self._sent.get((card.openid, card.client_msg_id), (0, 0.0))
        if until < time.monotonic():
            return None
        self.desk.counts.add(CHANNEL, "repeats")
        return msgid

    def accept(self, card: Card) -> int:
        # Over 2^53 on purpose: who reads it as a JavaScript number or a float loses digits.
        msgid = (1 << 61) | secrets.randbits(61)
        message = self.desk.inbox.keep(channel=CHANNEL, to=card.openid, reference=str(msgid), content=card)
        self.desk.counts.add(CHANNEL, "kept")
        self.remember(card, msgid=msgid)
        status = next((fate for part, fate in FAILING_OPENIDS.items() if part in card.openid), "success")
        build_post = partial(
            template_job_finished,
            account=self.account,
            openid=card.openid,
            msgid=msgid,
            status=status,
            at=int(time.time()),
        )
        self.desk.receipts.send_back(message=message, steps=[Step(status=status, build=build_post)])
        return msgid

    def remember(self, card: Card, *, msgid: int) -> None:
        now = time.monotonic()
        while self._sent and next(iter(self._sent.values()))[1] < now:
            del self._sent[next(iter(self._sent))]
        if card.client_msg_id is not None:
            self._sent[card.openid, card.client_msg_id] = (msgid, now + SENT_ONCE_WITHIN)

    async def create_qrcode(self, request: web.Request, asked: Mapping[str, Any]) -> web.Response:
        self.check_token(request)
        scene = (
            asked.get("action_info", {}).get("scene", {})
            if isinstance(asked.get("action_info"), dict)
            else {}
        )
        lifetime = asked.get("expire_seconds", 60)
        if asked.get("action_name") not in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE") or not scene.get(
            "scene_str"
        ):
            raise CarrierError(40053, "invalid action info")
        if not isinstance(lifetime, int) or not 0 < lifetime <= QR_LONGEST:
            raise CarrierError(40053, "invalid expire_seconds")
        code = self.people.make_code(scene=str(scene["scene_str"]), seconds=lifetime)
        return json_answer({"ticket": code.ticket, "expire_seconds": lifetime, "url": code.url})

    async def user_info(self, request: web.Request, asked: Mapping[str, Any]) -> web.Response:
        """Of who does not follow, WeChat tells nothing else."""
        self.check_token(request)
        openid = str(asked.get("openid") or "")
        if not OPENID.fullmatch(openid):
            raise CarrierError(40003, "invalid openid")
        return json_answer({"subscribe": int(self.people.follows(openid)), "openid": openid})

    async def visitor(self, _request: web.Request, asked: Mapping[str, Any]) -> web.Response:
        """Whose visit a code stands for; asked with the account's secret, not with a token."""
        if asked.get("appid") != self.account.app_id:
            raise CarrierError(40013, "invalid appid")
        if not hmac.compare_digest(str(asked.get("secret")).encode(), self.account.app_secret.encode()):
            raise CarrierError(40125, "invalid appsecret")
        try:
            openid = self.people.visitor(str(asked.get("code") or ""))
        except CodeUsed:
            raise CarrierError(40163, "code been used") from None
        if openid is None:
            raise CarrierError(40029, "invalid code")
        found = {"access_token": secrets.token_urlsafe(48), "expires_in": 7200, "openid": openid}
        snapshot = {"is_snapshotuser": 1} if SNAPSHOT in openid else {}
        return json_answer({**found, "scope": "snsapi_base", **snapshot})


async def read_json(request: web.Request) -> Mapping[str, Any]:
    try:
        content = json.loads(await request.text())
    except ValueError as error:
        raise CarrierError(47001, "data format error") from error
    if not isinstance(content, dict):
        raise CarrierError(47001, "data format error")
    return content


def temporary_failure() -> web.Response:
    """Either WeChat's own word for "busy" or an HTTP error from in front of it."""
    if secrets.randbelow(2):
        return web.Response(status=500, text="Internal Server Error")
    return json_answer({"errcode": -1, "errmsg": "system error"})


def card_of(asked: Mapping[str, Any]) -> Card:
    openid, template_id = str(asked.get("touser") or ""), str(asked.get("template_id") or "")
    if not OPENID.fullmatch(openid):
        raise CarrierError(40003, "invalid openid")
    if not OPENID.fullmatch(template_id) or "unknown" in template_id:
        raise CarrierError(40037, "invalid template_id")
    for part, (errcode, errmsg) in REFUSED_OPENIDS.items():
        if part in openid:
            raise CarrierError(errcode, errmsg)
    return Card(
        openid=openid,
        template_id=template_id,
        url=str(asked.get("url") or ""),
        client_msg_id=str(asked["client_msg_id"]) if asked.get("client_msg_id") else None,
        fields=tuple(checked_fields(asked.get("data"))),
    )


def checked_fields(data: object) -> Iterable[tuple[str, str]]:
    """`{name: {"value": text}}` → (name, text); the name's letters are its type (`thing3` is a `thing`)."""
    if not isinstance(data, dict) or not data:
        raise CarrierError(47003, "argument invalid! data is empty")
    for name, entry in data.items():
        value = str(entry.get("value") or "") if isinstance(entry, dict) else ""
        if not value.strip():
            raise CarrierError(47003, f"argument invalid! data.{name}.value is empty")
        if len(value) > FIELD_LIMITS.get(name.rstrip("0123456789"), len(value)):
            raise CarrierError(47003, f"argument invalid! data.{name}.value invalid")
        yield name, value
