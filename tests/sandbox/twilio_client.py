"""Twilio's own client, led to the sandbox."""

from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.sandbox.running import TWILIO_SID, TWILIO_TOKEN


class LedToSandbox(TwilioHttpClient):  # type: ignore[misc]  # the package has no types here
    def __init__(self, *, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **kwargs)


def twilio_client(*, base: str, token: str = TWILIO_TOKEN, timeout: float = 10) -> Client:
    return Client(TWILIO_SID, token, http_client=LedToSandbox(base=base, timeout=timeout))
