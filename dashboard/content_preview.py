"""The message as it would go out with what is typed, and what in it the branch says otherwise than the one above."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from django.conf import settings

from branches.models import Branch
from candidates.models import Channel, Offer
from notifications.catalogue import Catalogue, LocalContent, NoTemplate
from notifications.compose import BULLET, HEADING, sms_parts
from notifications.differences import Piece, marked
from notifications.preview import preview
from notifications.wording import Wording

CUT = "…"


@dataclass
class Line:
    """A line of the message: its mark and its pieces together are the line as it is sent.

    The mark is a heading's or an entry's, which the page shows by its form, or the name of a field of WeChat's.
    """

    mark: str = ""
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """`differences`: against what the branch above states; empty where there are none, or none above."""

    wording: Wording
    channel: str
    subject: list[Piece]
    lines: list[Line]
    differences: list[Piece]
    sender: str

    @property
    def parts(self) -> int:
        """SMS parts, with the signature in the text; 0 on another channel."""
        return sms_parts(self.wording.text) if self.channel == Channel.SMS else 0

    @property
    def length(self) -> int:
        return len(self.wording.text)

    @property
    def is_too_long(self) -> bool:
        limit: int = settings.SMS_MAX_PARTS
        return self.parts > limit

    @property
    def is_cut(self) -> bool:
        """WeChat's fields are short, and what is longer is cut."""
        lines = self.wording.text.splitlines()
        return self.channel == Channel.WECHAT and any(line.endswith(CUT) for line in lines)


def shown(
    offer: Offer,
    *,
    purpose: str,
    channel: str,
    catalogue: Catalogue,
    node: Branch,
    content: LocalContent,
) -> Shown | None:
    """With `content` in the place of what `node` states; None where there is no such text."""
    as_sent = partial(preview, offer, purpose=purpose, channel=channel)
    try:
        wording = as_sent(catalogue=catalogue.with_local(node, content))
    except NoTemplate:
        return None
    # A head office has nobody above whose text it could change.
    silent = catalogue.with_local(node, LocalContent())
    above = wording if node.is_root() else as_sent(catalogue=silent)
    text = marked(above.text, wording.text)
    return Shown(
        wording=wording,
        channel=channel,
        subject=marked(above.subject, wording.subject),
        lines=_lines(text, channel=channel),
        differences=list(_changed(text)),
        sender=settings.DEFAULT_FROM_EMAIL,
    )


def _changed(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The lines in which anything differs, and a sign where others stand between them."""
    line: list[Piece] = []
    skipped = False
    for piece in chain(_cut_at_breaks(pieces), [Piece("same", "\n")]):
        line.append(piece)
        if not piece.text.endswith("\n"):
            continue
        if any(part.kind != "same" and part.text.strip() for part in line):
            if skipped:
                yield Piece("same", f"{CUT}\n")
            yield from line
            skipped = False
        else:
            skipped = True
        line = []


def _cut_at_breaks(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield from (Piece(piece.kind, part) for part in piece.text.splitlines(keepends=True))


def _lines(pieces: Iterable[Piece], *, channel: str) -> list[Line]:
    """What is sent, line by line; what only the text above has is not part of it."""
    lines = [Line()]
    for piece in pieces:
        if piece.kind == "removed":
            continue
        first, *rest = piece.text.split("\n")
        lines[-1].pieces.append(Piece(piece.kind, first))
        lines.extend(Line(pieces=[Piece(piece.kind, text)]) for text in rest)
    for line in lines:
        text = "".join(piece.text for piece in line.pieces)
        line.mark = _field_name(text) if channel == Channel.WECHAT else _form_mark(text)
        line.pieces = list(_without(line.pieces, len(line.mark)))
    return lines


def _form_mark(text: str) -> str:
    return next((mark for mark in (HEADING, BULLET) if text.startswith(mark)), "")


def _field_name(text: str) -> str:
    name, colon, _value = text.partition(": ")
    return name + colon if colon else ""


def _without(pieces: Iterable[Piece], count: int) -> Iterator[Piece]:
    """The pieces without the first `count` characters of them all."""
    for piece in pieces:
        left, count = piece.text[count:], max(count - len(piece.text), 0)
        if left:
            yield Piece(piece.kind, left)
