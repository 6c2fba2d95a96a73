"""Who somebody is at WeChat: QR codes that say whom a follower is for us, OAuth in its browser, and who follows.

Source: WeChat official account documentation, "Generating QR codes with parameters", "Web page authorization",
"Obtaining basic user information".
"""

from urllib.parse import urlencode

from django.conf import settings

from notifications.channels.wechat import client
from notifications.channels.wechat.client import PATIENCE_OF_A_PAGE

SCENE_LONGEST_SECONDS = 2_592_000
# Its browsers say so, on phones and on desks.
BROWSER = "MicroMessenger"
# A code that is not known, or was used already; one of another account.
SPENT_CODES = {40029, 40163, 41008}


class NotAPerson(Exception):
    """WeChat gave a visitor's stand-in (a page in preview, no full use): it belongs to nobody."""


class CodeSpent(Exception):
    """The code of the authorization is unknown to WeChat, or was used already."""


def scene_code(*, scene: str, seconds: int) -> str:
    """What a QR code must hold so that WeChat tells us `scene` of whoever scans it, for that long.

    Raises WeChatError or TransportError.
    """
    told = client.call(
        "/cgi-bin/qrcode/create",
        {
            "expire_seconds": min(seconds, SCENE_LONGEST_SECONDS),
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        },
        patience=PATIENCE_OF_A_PAGE,
    )
    return str(told["url"])


def pages_origin() -> str:
    """WeChat's host for people; whatever stands in for its API answers for both."""
    return str(settings.WECHAT_API_URL).replace("://api.weixin", "://open.weixin")


def authorize_address(*, back: str, state: str) -> str:
    """Where its browser finds out who the person is, without asking, and comes back with a code and `state`."""
    # In the order of WeChat's documentation: other orders are said to be refused.
    query = {
        "appid": settings.WECHAT_APP_ID,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{pages_origin()}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


def openid_of(code: str) -> str:
    """The openid behind an authorization. Raises NotAPerson, CodeSpent, WeChatError or TransportError."""
    try:
        told = client.look_without_token(
            "/sns/oauth2/access_token", {"code": code, "grant_type": "authorization_code"}
        )
    except client.WeChatError as error:
        if error.errcode in SPENT_CODES:
            raise CodeSpent from None
        raise
    if told.get("is_snapshotuser") == 1:
        raise NotAPerson
    return str(told["openid"])


def follows(openid: str) -> bool:
    """Raises WeChatError or TransportError."""
    told = client.look("/cgi-bin/user/info", {"openid": openid}, patience=PATIENCE_OF_A_PAGE)
    return told.get("subscribe") == 1
