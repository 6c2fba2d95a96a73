"""What people do with WeChat, by hand in the browser or by a script: scan, follow, leave, open a page."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from sandbox.answers import json_answer
from sandbox.carriers.wechat_events import following
from sandbox.carriers.wechat_pages import people_page, visit_page
from sandbox.carriers.wechat_people import People
from sandbox.desk import Desk
from sandbox.inbox import Message, Shown
from sandbox.options import WechatAccount
from sandbox.receipts import Step

CHANNEL = "wechat"


class NoMessage:
    """An event that belongs to no message of the inbox."""

    size = 0

    def show(self) -> Shown:
        return Shown()


@dataclass(frozen=True, kw_only=True)
class Followers:
    account: WechatAccount
    desk: Desk
    people: People

    def routes(self) -> Iterable[web.RouteDef]:
        return (
            web.get("/wechat", self.show),
            web.get("/wechat/people.json", self.tell),
            web.post("/wechat/scan", self.scan),
            web.post("/wechat/follow", self.follow),
            web.post("/wechat/unfollow", self.unfollow),
            web.get("/connect/oauth2/authorize", self.authorize),
            web.post("/connect/oauth2/visit", self.visit),
        )

    async def show(self, request: web.Request) -> web.Response:
        return people_page(self.people, said=request.query.get("said", ""))

    async def tell(self, _request: web.Request) -> web.Response:
        codes = [
            {"url": code.url, "scene": code.scene, "seconds_left": code.seconds_left}
            for code in self.people.codes()
        ]
        return json_answer({"codes": codes, "people": dict(self.people.known())})

    async def scan(self, request: web.Request) -> web.Response:
        """A new follower's event names the scene with a prefix, a follower's without."""
        asked = await read_form(request)
        code = self.people.code(asked.get("url", ""))
        if code is None:
            raise web.HTTPNotFound(text="no such code, or it has expired")
        openid = openid_asked(asked)
        is_new = not (self.people.is_known(openid) and self.people.follows(openid))
        self.people.note(openid, follows=True)
        event, key = ("subscribe", f"qrscene_{code.scene}") if is_new else ("SCAN", code.scene)
        return self._sent(request, openid, event, key=key, ticket=code.ticket)

    async def follow(self, request: web.Request) -> web.Response:
        openid = openid_asked(await read_form(request))
        self.people.note(openid, follows=True)
        return self._sent(request, openid, "subscribe")

    async def unfollow(self, request: web.Request) -> web.Response:
        openid = openid_asked(await read_form(request))
        self.people.note(openid, follows=False)
        return self._sent(request, openid, "unsubscribe")

    def _sent(
        self, request: web.Request, openid: str, event: str, *, key: str = "", ticket: str = ""
    ) -> web.Response:
        message = Message(
            seq=0, channel=CHANNEL, to=openid, at=datetime.now(UTC), reference="", content=NoMessage()
        )
        build = partial(
            following,
            account=self.account,
            openid=openid,
            event=event,
            at=int(time.time()),
            key=key,
            ticket=ticket,
        )
        self.desk.receipts.send_back(message=message, steps=[Step(status=event, build=build)])
        if request.content_type == "application/json":
            return json_answer({"event": event, "openid": openid})
        raise web.HTTPSeeOther("/wechat?" + urlencode({"said": f"{event}: {openid}"}))

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        back = asked.get("redirect_uri", "")
        if asked.get("appid") != self.account.app_id or asked.get("scope") != "snsapi_base":
            raise web.HTTPBadRequest(text="appid or scope is not right")
        if asked.get("response_type") != "code" or urlsplit(back).scheme not in {"http", "https"}:
            raise web.HTTPBadRequest(text="redirect_uri or response_type is not right")
        return visit_page(back=back, state=asked.get("state", ""))

    async def visit(self, request: web.Request) -> web.Response:
        asked = await read_form(request)
        back, openid = asked.get("redirect_uri", ""), openid_asked(asked)
        if urlsplit(back).scheme not in {"http", "https"}:
            raise web.HTTPBadRequest(text="redirect_uri is not right")
        self.people.note(openid, follows=bool(asked.get("follows")))
        query = urlencode({"code": self.people.visit(openid), "state": asked.get("state", "")})
        raise web.HTTPFound(f"{back}{'&' if '?' in back else '?'}{query}")


async def read_form(request: web.Request) -> Mapping[str, Any]:
    """A form of the page, or JSON of a script."""
    if request.content_type == "application/json":
        content = await request.json()
        return content if isinstance(content, dict) else {}
    return {name: str(value) for name, value in (await request.post()).items()}


def openid_asked(asked: Mapping[str, Any]) -> str:
    openid = str(asked.get("openid") or "").strip()
    if not openid or len(openid) > 128:
        raise web.HTTPBadRequest(text="an openid is needed")
    return openid
