"""Template text + values → what is sent. Pure: no database, no clock, no settings.

Placeholders are plain names; there is no template language that could reach anything but the values given. A value
is put in once: a `{{ name }}` inside a value is never filled in, and no text goes out with double braces.

The rules of a text: it is a sequence of lines; a line whose placeholders all turn out empty is left out; a list
alone on its line becomes one bullet line per entry, a list inside a line is joined.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from candidates.models import Channel, Language

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
BRACES = re.compile(r"([{}])\1+")
BULLET, HEADING = "· ", "# "
# Carriers read a name between these as the sender's: only the bank's own stands so.
NO_SIGNATURE = str.maketrans("【】", "「」")
MARKS = re.compile(r"^(?:[#·]\s+)+")
WECHAT_FIELD = re.compile(r"\s*\w+\s*:")
WECHAT_FIELD_LENGTH = 20  # characters, by WeChat's rules for `thing` fields

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€")  # two units each
LAST_OF_UCS2 = 0xFFFF  # above it a character takes a surrogate pair

Value = str | list[str]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def compose(text: str, values: Mapping[str, Value], *, channel: str, language: str) -> str:
    """The text as the channel carries it. A name without a value counts as empty."""
    template = text.strip().splitlines()
    if channel == Channel.WECHAT:
        # Fields are named by the template alone: a line without a name could take one from a value.
        template = [raw for raw in template if WECHAT_FIELD.match(raw)]
    lines = [line for raw in template for line in _fill(raw, values, language)]
    if channel == Channel.SMS:
        text = _one_run(lines, values, language)
    elif channel == Channel.WECHAT:
        text = "\n".join(_wechat_field(line) for line in lines)
    else:
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return single_braces(text)


def compose_line(text: str, values: Mapping[str, Value], *, language: str) -> str:
    """A subject: the same rules, on one line."""
    return single_braces(_tidy(" ".join(_fill(text, values, language))))


@dataclass(frozen=True)
class _Line:
    """A template's line: text before, between and after its placeholders, whose names stand at the odd places."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    is_alone: bool
    is_marked: bool

    def filled(self, values: Mapping[str, Value], language: str) -> str:
        pieces = list(self.pieces)
        pieces[1::2] = [inline(values.get(name, ""), language) for name in self.names]
        text = "".join(pieces).rstrip()
        return text if self.is_marked else _unmarked(text)


@lru_cache(maxsize=10_000)
def _parsed(line: str) -> _Line:
    pieces = PLACEHOLDER.split(line)
    return _Line(
        pieces=tuple(pieces),
        names=tuple(pieces[1::2]),
        is_alone=PLACEHOLDER.fullmatch(line.strip()) is not None,
        is_marked=line.startswith((BULLET, HEADING)),
    )


def _fill(text: str, values: Mapping[str, Value], language: str) -> Iterator[str]:
    line = _parsed(text)
    if line.names and not any(inline(values.get(name, ""), language) for name in line.names):
        return
    value = values.get(line.names[0], "") if line.is_alone else ""
    if isinstance(value, list):
        yield from (f"{BULLET}{_tidy(entry)}" for entry in value if entry.strip())
    elif line.is_alone:
        # A longer text alone on its line keeps its own lines, except that none may be mistaken for another.
        yield from (_unmarked(_tidy(part)) for part in value.splitlines())
    else:
        yield line.filled(values, language)


def inline(value: Value, language: str) -> str:
    """A value as it stands inside a line."""
    if isinstance(value, list):
        entries = [_tidy(entry) for entry in value if entry.strip()]
        return (", " if language == Language.ENGLISH else "、").join(entries)
    return _tidy(value)


def _tidy(text: str) -> str:
    """One line: a line break inside a value could otherwise start a field or a heading of its own."""
    return " ".join(text.split())


def single_braces(text: str) -> str:
    """What looks like a placeholder came out of a value; a reader would take it for a mistake of the bank."""
    return BRACES.sub(r"\1", text)


def _unmarked(line: str) -> str:
    """Only the template says what is a heading or an entry of a list."""
    return MARKS.sub("", line)


def _one_run(lines: list[str], values: Mapping[str, Value], language: str) -> str:
    """Sentence after sentence behind the bank's signature; 【】 would make an English text twice as long."""
    sentences = [line.strip().translate(NO_SIGNATURE) for line in lines if line.strip()]
    signature = inline(values.get("bank_name", ""), language)
    if language == Language.ENGLISH:
        return " ".join([f"[{signature}]", *sentences])
    return f"【{signature}】" + "".join(sentences)


def _wechat_field(line: str) -> str:
    key, _, value = line.partition(":")
    text = value.strip()
    if len(text) > WECHAT_FIELD_LENGTH:
        text = f"{text[: WECHAT_FIELD_LENGTH - 1]}…"
    return f"{key.strip()}: {text}"


def sms_parts(text: str) -> int:
    """Number of parts a carrier bills: 160 characters of the GSM alphabet alone and 153 each when split, or, for
    any other text, 70 and 67 UCS-2 units. What takes two units is never split between parts.

    Source: 3GPP TS 23.038 (6.2.1) and TS 23.040 (9.2.3.24.1).
    """
    if set(text) <= GSM_BASIC | GSM_EXTENDED:
        units, alone, split = [2 if letter in GSM_EXTENDED else 1 for letter in text], 160, 153
    else:
        units, alone, split = [2 if ord(letter) > LAST_OF_UCS2 else 1 for letter in text], 70, 67
    return 1 if sum(units) <= alone else _filled_parts(units, split)


def _filled_parts(units: list[int], split: int) -> int:
    parts, used = 1, 0
    for size in units:
        if used + size > split:
            parts, used = parts + 1, 0
        used += size
    return parts
