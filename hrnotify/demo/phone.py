"""A candidate's phone: opens the link of a message, or types its code, and taps what the person chose."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CODE = re.compile(r"(\d{4}) (\d{4})")
PERSONAL_LINK = re.compile(r"/n/[A-Za-z0-9_-]{16,}/$")


class Phone:
    """Speaks HTTP as a browser does: cookies, forms with their CSRF token, redirects. `number` is in E.164."""

    def __init__(self, *, number: str) -> None:
        self.number = number
        self.page = ""
        self.address = ""
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._browser = urllib.request.build_opener(cookies)

    def open(self, message: dict[str, Any]) -> None:
        """Open the page of a message of the sandbox's inbox, as a person: the page then says that it was seen."""
        link = next(iter(message["links"]))
        self._get(link)
        if not PERSONAL_LINK.search(link):
            code = "".join(CODE.findall(message["text"])[-1])
            self._post(link, phone=self.number, code=code)
        self._post(f"{self.address}seen/")

    def confirm(self) -> bool:
        return self._answer("confirm/")

    def decline(self, reason: str) -> bool:
        return self._answer("decline/", reason=reason)

    def defer(self, *, wanted: str, reason: str) -> bool:
        """Ask for another first day (ISO 8601), as after reading once more what it means."""
        return self._answer("defer/", sure="1", wanted=wanted, reason=reason)

    def _answer(self, tail: str, **form: str) -> bool:
        home = self.address
        self._get(f"{home}{tail}")
        self._post(f"{home}{tail}", **form)
        return self.address == home

    def _get(self, address: str) -> None:
        with self._browser.open(address, timeout=20) as answer:
            self.address, self.page = answer.geturl(), answer.read().decode()

    def _post(self, address: str, **form: str) -> None:
        token = CSRF.search(self.page)
        form["csrfmiddlewaretoken"] = token[1] if token else ""
        request = urllib.request.Request(  # noqa: S310  addresses come from our own messages
            address, data=urllib.parse.urlencode(form).encode(), headers={"Referer": address}
        )
        with self._browser.open(request, timeout=20) as answer:
            page = answer.read().decode()
            if page:
                self.address, self.page = answer.geturl(), page
