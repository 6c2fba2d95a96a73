"""The HTML half of a mail, made from the same text as the plain half, so that the two cannot differ.

Django renders each template once per process, with marks in place of the values, and it is cut at the marks: rendering
it anew for every mail takes five times as long and more. Values are escaped before they are put in.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape
from itertools import groupby

from django.template.loader import render_to_string

from notifications.compose import BULLET, HEADING

# Characters that no alphabet has (Unicode's private use), so that nothing in the templates can look like a mark.
MARK = re.compile("\ue000(\\w+)\ue001")
LINE = "\ue000line\ue001"
PARAGRAPHS = re.compile(r"\n\s*\n")
HEADINGS = re.compile(rf"^{HEADING}", re.MULTILINE)
LANGUAGES_KEPT = 16  # there are two


def plain(text: str) -> str:
    """The text of the plain half: headings lose their mark."""
    return HEADINGS.sub("", text)


def as_html(*, subject: str, text: str, link: str, language: str) -> str:
    """A whole HTML document. Every value is escaped; the candidate's link becomes a button."""
    values = {"subject": escape(subject), "body": _body(escape(text)), "link": escape(link)}
    constant = _page(language, has_link=bool(link))
    return "".join(values[part] if place % 2 else part for place, part in enumerate(constant))


@lru_cache(LANGUAGES_KEPT)
def _page(language: str, *, has_link: bool) -> tuple[str, ...]:
    """What stands around the values, and between two of it the name of a value."""
    marks = {name: f"\ue000{name}\ue001" for name in ("subject", "body", "link")}
    context = {**marks, "link": marks["link"] if has_link else "", "language": language}
    return tuple(MARK.split(render_to_string("messages/email.html", context)))


@cache
def _frame(kind: str) -> tuple[str, str, str]:
    """What stands before, between and after the lines of a paragraph, heading or list."""
    block = render_to_string("messages/email_block.html", {"kind": kind, "lines": [LINE, LINE]})
    before, between, after = block.split(LINE)
    return before, between, after


def _body(text: str) -> str:
    """Paragraphs, headings and lists out of a text that is escaped already; the marks it is told by need no escape."""
    return "".join(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    for paragraph in PARAGRAPHS.split(text.strip()):
        for kind, lines in groupby(paragraph.splitlines(), key=_kind):
            before, between, after = _frame(kind)
            yield f"{before}{between.join(_bare(line) for line in lines)}{after}"


def _kind(line: str) -> str:
    if line.startswith(HEADING):
        return "heading"
    return "list" if line.startswith(BULLET) else "paragraph"


def _bare(line: str) -> str:
    return line.removeprefix(HEADING).removeprefix(BULLET)
