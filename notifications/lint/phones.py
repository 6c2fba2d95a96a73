"""Phone numbers: only those of the branch and of the nodes above it may stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.findings import Finding, Kind, Place
from notifications.lint.patterns import pattern, words
from notifications.lint.reading import Reading, read

SPOKEN = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
SPOKEN_RUN = pattern("[零〇一幺二三四五六七八九]{5,12}")
GAP = r"[ \-.·]{0,3}"
COUNTRY = rf"(?:(?:\+|\b00){GAP}86{GAP}|\b86{GAP}(?=1[3-9]))?"
SURE = (
    rf"{COUNTRY}1{GAP}[3-9](?:{GAP}\d){{9}}",  # a mobile
    rf"[48]00(?:{GAP}\d){{7}}",  # a service number
    rf"{COUNTRY}\(?0(?:10|2\d)\)?(?:{GAP}\d){{8}}",  # a landline with its area code
    rf"{COUNTRY}\(?0[3-9]\d\d\)?(?:{GAP}\d){{7,8}}",
    rf"(?:\+|\b00)86{GAP}\(?0?\)?(?:10|2\d|[3-9]\d\d)(?:{GAP}\d){{7,8}}",
    rf"\+\d{{1,3}}(?:{GAP}\d){{7,11}}",  # a number abroad
    # 5550 6110; neither 2023-2025 nor 0830-1730, nor a part of a card's number
    r"(?<!\d )(?!20\d\d|19\d\d|[012]\d[0-5]\d[ \-][012]\d[0-5]\d)[2-9]\d{3}[ \-]\d{4}(?![ \-]?\d{4})",
)
# Digits that are a phone number where a word says so.
LIKELY = (
    r"(?!20[23]\d[01]\d[0-3]\d)[1-9]\d{6,7}",
    r"[2-9]\d{2,3}[ \-]\d{4}",
    r"95\d{3}",
    r"96\d{3,4}",
    r"1[02]\d{3}",
)
SURE_NUMBERS = [pattern(rf"(?<![\d.])(?<!\d-){digits}(?!\d)") for digits in SURE]
LIKELY_NUMBERS = [pattern(rf"(?<!\d)(?<!\d[.:-]){digits}(?![\d:])") for digits in LIKELY]
CALLED = words(
    "电话|热线|致电|拨打?|座机|手机|咨询|联系|客服|号码|来电|打给|短信|传真|呼叫",
    "tel(?:ephone)?|phone|call|dial|ring|hotline|mobile|cell|contact|text|fax|reach",
)
CALLED_WITHIN = 10  # letters before the number
FROM_ABROAD = pattern(r"(?:00)?86(?=\d{9})")
MOBILE = pattern(r"1[3-9]\d{9}")


def other_phones(reading: Reading, *, place: Place) -> Iterator[Finding]:
    """Numbers that are neither the branch's nor a node's above it, whatever their notation."""
    text = SPOKEN_RUN.sub(lambda match: match[0].translate(SPOKEN), reading.text)
    own = {spelling for phone in place.phones for spelling in _spellings(phone)}
    for start, end in _numbers(text):
        if _dialled(text[start:end]) not in own:
            yield reading.finding(Kind.PHONE, start, end, core=place.phones[0] if place.phones else "")


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    for sure in SURE_NUMBERS:
        yield from (match.span() for match in sure.finditer(text))
    for likely in LIKELY_NUMBERS:
        for match in likely.finditer(text):
            if CALLED.search(text, max(0, match.start() - CALLED_WITHIN), match.start()):
                yield match.span()


def _spellings(phone: str) -> Iterator[str]:
    """With and without the area code: 01055506110, 55506110."""
    number = _dialled(read(phone).text)
    yield number
    if number.startswith("0"):
        yield number[3 if number[1:2] in ("1", "2") else 4 :]


def _dialled(number: str) -> str:
    """The digits as dialled inside the country."""
    digits = "".join(re.findall(r"[0-9]", number))
    abroad = FROM_ABROAD.match(digits)
    if not abroad:
        return digits
    rest = digits[abroad.end() :]
    return rest if rest.startswith("0") or MOBILE.fullmatch(rest) else f"0{rest}"
