"""What may be written into a local field, by its kind: the same for a branch, a machine and headquarters. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext

from notifications.models import FieldKind, LocalField

SEVERAL_LINES = {FieldKind.LONG_TEXT, FieldKind.LIST}
PHONE = re.compile(r"\+?[\d\s()-]+(?:(?:转|ext\.?|x)\s*\d{1,6})?", re.IGNORECASE)
FEWEST_DIGITS, MOST_DIGITS = 7, 21  # extension included
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
# What ends a line, cannot be stored, or makes the words beside it read otherwise than they are: controls, marks of
# direction, separators, halves of a pair; and letters that are blank.
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Pasted along without anybody seeing them.
ZERO_WIDTH = str.maketrans("", "", "\u00ad\u200b\u200c\u200d\u2060\ufeff")


def seen(text: str) -> str:
    """Without letters that have no width, and without space around it."""
    return text.translate(ZERO_WIDTH).strip()


def normal_text(kind: str, text: str) -> str:
    """Without space around it, and of a list without empty entries."""
    lines = seen(text.replace("\r\n", "\n").replace("\r", "\n"))
    if kind == FieldKind.LIST:
        return "\n".join(line.strip() for line in lines.split("\n") if line.strip())
    return lines


def text_problems(text: str, *, field: LocalField) -> Iterator[str]:
    """What is wrong with a normal text in one language, a sentence each."""
    if len(text) > field.max_length:
        words = gettext("%(length)s characters: at most %(limit)s fit.")
        yield words % {"length": len(text), "limit": field.max_length}
    yield from writing_problems(text, several_lines=field.kind in SEVERAL_LINES)
    yield from _kind_problems(text, kind=field.kind)


def writing_problems(text: str, *, several_lines: bool) -> Iterator[str]:
    if not several_lines and len(text.splitlines()) > 1:
        yield gettext("One line only.")
    letters = set(text.replace("\n", ""))
    if letters & BLANK or any(unicodedata.category(letter) in UNSEEN for letter in letters):
        yield gettext("It holds a character that cannot be shown.")
    if "{{" in text or "}}" in text:
        yield gettext("Placeholders are for headquarters' text: write the words themselves.")


def _kind_problems(text: str, *, kind: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text)
    if kind == FieldKind.PHONE and not _is_phone(plain):
        yield gettext("This is not a phone number, such as 010-5550 6110.")
    if kind == FieldKind.LINK and not _is_link(plain):
        yield gettext("This is not a link: it begins with https:// or http://.")
    if kind == FieldKind.NUMBER and not NUMBER.fullmatch(plain):
        yield gettext("This is not a number: digits, and a point where it is needed.")
    if kind == FieldKind.DATETIME and not _is_moment(plain):
        yield gettext("This is not a date and time, such as 2026-12-07 09:00.")


def _is_phone(text: str) -> bool:
    digits = sum(letter.isdecimal() for letter in text)
    return bool(PHONE.fullmatch(text)) and FEWEST_DIGITS <= digits <= MOST_DIGITS


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, text))


def _is_moment(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False
