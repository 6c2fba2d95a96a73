"""Who follows the account, which QR codes are about, and who logged in: what WeChat knows of people.

Source: WeChat's pages on QR codes with parameters, event pushes and web page authorization.
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

UNFOLLOWED = "unfollowed"  # an openid with this in it never followed
SNAPSHOT = "snapshot"  # nor is one with this in it a person
CODE_VALID = 300.0  # seconds of an authorization's code


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """`url`: what the picture holds. `until`: monotonic seconds."""

    url: str
    ticket: str
    scene: str
    until: float

    @property
    def seconds_left(self) -> int:
        return max(int(self.until - time.monotonic()), 0)


@dataclass(kw_only=True)
class People:
    """An openid nobody has heard of follows, as those an interview platform names do."""

    _follows: dict[str, bool] = field(default_factory=dict)
    _codes: dict[str, QrCode] = field(default_factory=dict)
    _visits: dict[str, tuple[str, float]] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)

    def follows(self, openid: str) -> bool:
        return self._follows.get(openid, UNFOLLOWED not in openid)

    def is_known(self, openid: str) -> bool:
        return openid in self._follows

    def note(self, openid: str, *, follows: bool) -> None:
        self._follows[openid] = follows

    def known(self) -> list[tuple[str, bool]]:
        """The latest heard of first."""
        return list(reversed(self._follows.items()))

    def make_code(self, *, scene: str, seconds: int) -> QrCode:
        url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(12)}"
        code = QrCode(
            url=url, ticket=secrets.token_urlsafe(60), scene=scene, until=time.monotonic() + seconds
        )
        self._codes[url] = code
        return code

    def code(self, url: str) -> QrCode | None:
        return next((code for code in self.codes() if code.url == url), None)

    def codes(self) -> Iterator[QrCode]:
        """Those that can still be scanned, the newest first."""
        self._codes = {url: code for url, code in self._codes.items() if code.seconds_left}
        return reversed(self._codes.values())

    def visit(self, openid: str) -> str:
        """The code with which the account's server may ask who it was, once."""
        code = secrets.token_hex(16)
        self._visits[code] = (openid, time.monotonic() + CODE_VALID)
        return code

    def visitor(self, code: str) -> str | None:
        """None where there was none; raises CodeUsed the second time."""
        if code in self._spent:
            raise CodeUsed
        openid, until = self._visits.pop(code, ("", 0.0))
        if until < time.monotonic():
            return None
        self._spent.add(code)
        return openid


class CodeUsed(Exception):
    """A code counts once."""
