"""The links a reader could tap, in the order they stand."""

import re
from html.parser import HTMLParser

# Ends at white space, at what cannot stand in a URL, and at Chinese characters and punctuation,
# which follow a link without a space in between.
LINK = re.compile(r"https?://[!-;=?-Z\\^_`a-z{|}~\[\]]+")
TRAILING = ".,;:!?)]}'"


def links_in_text(text: str) -> list[str]:
    return list(dict.fromkeys(found.rstrip(TRAILING) for found in LINK.findall(text)))


def links_in_html(html: str) -> list[str]:
    reader = _Anchors()
    reader.feed(html)
    return list(dict.fromkeys(reader.links))


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://")):
            self.links.append(address)
