"""WeChat's stable access token: one at a time, the same for everybody who asks while it is valid."""

import secrets
import time
from dataclasses import dataclass

VALID_FOR = 7200  # seconds
RENEW_BEFORE = 300  # seconds; the new token is handed out while the old one still works


@dataclass(frozen=True, kw_only=True)
class Token:
    value: str
    until: float  # monotonic seconds

    @property
    def remaining(self) -> int:
        return max(int(self.until - time.monotonic()), 0)


class TokenDesk:
    def __init__(self) -> None:
        self._valid: list[Token] = []

    def give(self, *, force: bool) -> Token:
        """A forced refresh makes the earlier ones void at once."""
        if force:
            self.expire()
        self._valid = [token for token in self._valid if token.remaining]
        if not self._valid or self._valid[-1].remaining <= RENEW_BEFORE:
            value = "90_" + secrets.token_urlsafe(96)
            self._valid.append(Token(value=value, until=time.monotonic() + VALID_FOR))
        return self._valid[-1]

    def expire(self) -> None:
        self._valid.clear()

    def knows(self, value: str) -> bool:
        return any(secrets.compare_digest(token.value, value) and token.remaining for token in self._valid)
