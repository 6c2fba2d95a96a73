"""WeChat as a person has it: a page to scan codes, follow and leave, and the stop on the way to an authorized page."""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.carriers.wechat_people import People, QrCode

PAGE = """<!doctype html>
<html lang="zh-Hans">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{title}</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/static/inbox.css">
  <link rel="stylesheet" href="/static/wechat.css">
</head>
<body class="wechat">
  <main>{content}</main>
</body>
</html>
"""
NEW_OPENID = "oMyPhone"


def people_page(people: People, *, said: str = "") -> web.Response:
    codes = "".join(_code(code) for code in people.codes()) or (
        "<p class='note'>还没有二维码。 No code is about: a page of the product must show one first.</p>"
    )
    known = "".join(_person(openid, follows) for openid, follows in people.known()) or (
        "<p class='note'>还没有人关注过。 Nobody has followed yet.</p>"
    )
    content = f"""
    <p><a href="/">‹ 收件箱 <span lang="en">Inbox</span></a></p>
    <h1>微信 <span lang="en">WeChat: scan, follow, leave</span></h1>
    {f"<p role='status' class='said'>{escape(said)}</p>" if said else ""}
    <h2>可以扫的二维码 <span lang="en">Codes to scan</span></h2>{codes}
    <h2>用户 <span lang="en">People</span></h2>{known}"""
    return page("微信 · WeChat", content)


def _code(code: QrCode) -> str:
    field = f"openid-{code.url[-12:]}"
    return f"""
    <form class="card plain" method="post" action="/wechat/scan">
      <p><code>{escape(code.url)}</code> · {code.seconds_left} s</p>
      <input type="hidden" name="url" value="{escape(code.url)}">
      <label for="{escape(field)}">openid</label>
      <input id="{escape(field)}" name="openid" value="{NEW_OPENID}" autocomplete="off" required>
      <button>扫码并关注 <span lang="en">Scan and follow</span></button>
    </form>"""


def _person(openid: str, follows: bool) -> str:
    act, words = (
        ("unfollow", "取消关注 <span lang='en'>Leave</span>")
        if follows
        else ("follow", "关注 <span lang='en'>Follow</span>")
    )
    return f"""
    <form class="card plain" method="post" action="/wechat/{act}">
      <p><strong>{escape(openid)}</strong> · {"已关注 follows" if follows else "未关注 does not follow"}</p>
      <input type="hidden" name="openid" value="{escape(openid)}">
      <button>{words}</button>
    </form>"""


def visit_page(*, back: str, state: str) -> web.Response:
    """WeChat itself asks nothing here (`snsapi_base`); the sandbox must be told whose phone this is."""
    host = urlsplit(back).netloc
    content = f"""
    <h1>微信内打开 <span lang="en">Open in WeChat</span></h1>
    <p class="note">返回 {escape(host)}。这是谁的手机？ <span lang="en">Whose phone is this?</span></p>
    <form class="card plain" method="post" action="/connect/oauth2/visit">
      <input type="hidden" name="redirect_uri" value="{escape(back)}">
      <input type="hidden" name="state" value="{escape(state)}">
      <label for="openid">openid</label>
      <input id="openid" name="openid" value="{NEW_OPENID}" autocomplete="off" required>
      <label class="tick"><input type="checkbox" name="follows" value="1"> 已关注公众号
        <span lang="en">follows the account</span></label>
      <button>继续 <span lang="en">Go on</span></button>
    </form>"""
    return page("微信授权 · WeChat", content, may_lead_to=[_origin(back)])


def page(title: str, content: str, *, may_lead_to: Iterable[str] = ()) -> web.Response:
    policy = f"default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; \
form-action 'self' {' '.join(may_lead_to)}"
    return web.Response(
        text=PAGE.format(title=escape(title), content=content),
        content_type="text/html",
        headers={"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"},
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
