"""Where a text sends the candidates to report: only the branch's own address may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.lint import site_words
from notifications.lint.findings import Finding, Kind, Place, is_chinese
from notifications.lint.reading import Reading, read
from notifications.lint.topic_words import Weight
from notifications.lint.topics import ARRIVAL, HEALTH_CHECK, METRO_EXIT, Topics

Span = tuple[int, int]


@dataclass(frozen=True)
class Search:
    """A text, the field it stands in, and the branch's own addresses and names as the reading spells them."""

    reading: Reading
    topics: Topics
    field: str
    own: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.reading.text

    def is_own(self, site: str) -> bool:
        return any(site in own for own in self.own)


def other_sites(reading: Reading, *, field: str, place: Place) -> Iterator[Finding]:
    """Sites that candidates are sent to for the reporting, other than the branch's own."""
    own = tuple(_spelt_out(words) for words in (*place.own_addresses(), *place.names))
    search = Search(reading, Topics(reading, taken=[]), field, own)
    address = _address(reading.original, place)
    for span in (
        *_anywhere(search),
        *_named(search),
        *_streets(search),
        *_moves(search),
        *_english(search),
        *_left_open(search),
    ):
        yield reading.finding(Kind.PLACE, *span, core=address)


def _named(search: Search) -> Iterator[Span]:
    for match in site_words.SITE.finditer(search.text):
        generic = match["name"] and site_words.OWN_NAME.fullmatch(match["name"])
        if not generic and not search.is_own(match[0]) and _is_sent_to(match, search):
            yield match.span()


def _anywhere(search: Search) -> Iterator[Span]:
    for match in site_words.ANYWHERE.finditer(search.text):
        if not search.is_own(match["where"]) and not search.topics.conditional(*match.span("where")):
            yield match.span("where")


def _streets(search: Search) -> Iterator[Span]:
    for match in site_words.STREET.finditer(search.text):
        if not _is_own_street(match, search.own) and _is_sent_to(match, search):
            yield match.span()


def _is_own_street(match: re.Match[str], own: tuple[str, ...]) -> bool:
    """The same number in a street whose name ends alike: 朝阳区岳泰路18号 is 岳泰路18号."""
    return any(
        theirs["number"] == match["number"] and theirs["street"][-3:] == match["street"][-3:]
        for address in own
        for theirs in site_words.STREET.finditer(address)
    )


def _moves(search: Search) -> Iterator[Span]:
    """改到三楼分理处报到: whatever the reporting is moved to, when it is no day or hour."""
    for match in site_words.MOVES.finditer(search.text):
        where, clause = match["where"], search.reading.clause(*match.span())
        if site_words.A_MOMENT.match(where) or search.is_own(where):
            continue
        new_address = search.field == ARRIVAL and site_words.STREET.search(where)
        if new_address or site_words.SPEAKS_OF_REPORTING.search(search.text, *clause):
            yield match.span("where")


def _english(search: Search) -> Iterator[Span]:
    for match in site_words.ENGLISH_SENT.finditer(search.text):
        span, verb = match.span("where"), match["meeting"] or ""
        if _is_own_in_english(match, search):
            continue
        reports = verb.startswith("report") and not site_words.CLINIC.search(match["where"])
        if (reports and not search.topics.conditional(*span)) or _is_about_reporting(
            *span, search, meets=verb != ""
        ):
            yield span
    for match in site_words.ENGLISH_STREET.finditer(search.text):
        own = search.is_own(_spelt_out(match[0]))
        if not own and _is_about_reporting(*match.span(), search, meets=False):
            yield match.span()


def _is_own_in_english(match: re.Match[str], search: Search) -> bool:
    plain = re.sub("^(?:to |at |in )?(?:the )?", "", match["where"])
    nameless = site_words.OWN_ENGLISH.fullmatch(match["where"]) is not None
    return search.is_own(plain) or (nameless and not search.text.startswith(" of ", match.end()))


def _left_open(search: Search) -> Iterator[Span]:
    yield from (match.span() for match in site_words.LEFT_OPEN.finditer(search.text))


def _is_sent_to(match: re.Match[str], search: Search) -> bool:
    start, end = match.span()
    before = search.text[max(0, start - 16) : start]
    if site_words.LANDMARK.match(search.text, end) or site_words.NOT_SENT.search(before):
        return False
    if site_words.FLOOR_BEFORE.search(before):  # 3层培训中心: a room of the branch itself
        return False
    if not site_words.SENT.search(before) and not site_words.MEET_THERE.match(search.text, end):
        return False
    meets = site_words.MEETS.match(search.text, end) is not None
    return _is_about_reporting(start, end, search, meets=meets)


def _is_about_reporting(start: int, end: int, search: Search, *, meets: bool) -> bool:
    """`meets`: whether the words around the site say that people meet there."""
    if search.topics.conditional(start, end):
        return False
    if meets and search.field == ARRIVAL:
        return True
    around = search.topics.within(*search.reading.sentence(start, end))
    if search.field == HEALTH_CHECK and any(start <= word.start and word.end <= end for word in around):
        return search.text[:start].endswith(("报到在", "报到都在", "报到也在"))  # and 到体检中心报到 is none
    if site_words.REPORTING_FOLLOWS.match(search.text, end):
        return True
    clause = search.reading.clause(start, end)
    elsewhere = site_words.ELSE_THERE.search(search.text, *clause) is not None
    if any(word.weight == Weight.FIRM for word in around) and not elsewhere:
        return True
    if search.field == METRO_EXIT:
        return meets
    return search.field == ARRIVAL and not elsewhere


def _spelt_out(address: str) -> str:
    plain = read(address).text
    for short, full in site_words.SPELT_OUT:
        plain = short.sub(full, plain)
    return plain


def _address(text: str, place: Place) -> str:
    """The branch's own address in the language of `text`."""
    own = place.own_addresses()
    alike = (address for address in own if is_chinese(address) == is_chinese(text))
    return next(alike, own[0] if own else "")
