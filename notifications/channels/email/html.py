"""The HTML half of a mail, made from the same text as the plain half, so that the two cannot differ."""

import re
from collections.abc import Iterator
from itertools import groupby

from django.template.loader import render_to_string

from notifications.compose import BULLET, HEADING


def plain(text: str) -> str:
    """The text of the plain half: headings lose their mark."""
    return re.sub(rf"^{HEADING}", "", text, flags=re.MULTILINE)


def as_html(*, subject: str, text: str, link: str, language: str) -> str:
    """A whole HTML document. Every value is escaped; the candidate's link becomes a button."""
    context = {"subject": subject, "blocks": list(_blocks(text)), "link": link, "language": language}
    return render_to_string("messages/email.html", context)


def _blocks(text: str) -> Iterator[dict[str, object]]:
    """Paragraphs, headings and lists, as {"kind", "lines"} whose lines the template escapes."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for kind, lines in groupby(paragraph.splitlines(), key=_kind):
            yield {"kind": kind, "lines": [_bare(line) for line in lines]}


def _kind(line: str) -> str:
    if line.startswith(HEADING):
        return "heading"
    return "list" if line.startswith(BULLET) else "paragraph"


def _bare(line: str) -> str:
    return line.removeprefix(HEADING).removeprefix(BULLET)
