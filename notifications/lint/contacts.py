"""Phone numbers and links: only the branch's own numbers and the bank's own hosts may stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.findings import Core, Finding, Kind, Place
from notifications.lint.patterns import words
from notifications.lint.reading import Reading, read

# --- Phones --------------------------------------------------------------------------------------
SPOKEN = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
SPOKEN_RUN = re.compile("[零〇一幺二三四五六七八九]{7,12}")
GAP = r"[ \-.·]{0,3}"
COUNTRY = rf"(?:(?:\+|\b00){GAP}86{GAP}|\b86{GAP}(?=1[3-9]))?"
CALLED = words(
    "电话|热线|致电|拨打?|座机|手机|咨询|联系|客服|号码|来电|打给|短信|传真|呼叫",
    r"tel(?:ephone)?|phone|call|dial|ring|hotline|mobile|cell|contact|text|fax|reach",
)
CALLED_WITHIN = 10  # letters before a number too short to be one by itself
SURE_NUMBERS = (
    rf"{COUNTRY}1[3-9]\d(?:{GAP}\d){{8}}",
    rf"[48]00(?:{GAP}\d){{7}}",
    rf"{COUNTRY}\(?0(?:10|2\d)\)?(?:{GAP}\d){{8}}",
    rf"{COUNTRY}\(?0[3-9]\d\d\)?(?:{GAP}\d){{7,8}}",
    rf"(?:\+|\b00)86{GAP}\(?0?\)?(?:10|2\d|[3-9]\d\d)(?:{GAP}\d){{7,8}}",
    rf"\+\d{{1,3}}(?:{GAP}\d){{7,11}}",
    r"(?!20\d\d|19\d\d|[012]\d[0-5]\d[ \-][012]\d[0-5]\d)[2-9]\d{3}[ \-]\d{4}(?![ \-]?\d{4})",
)
LIKELY_NUMBERS = (
    r"(?!20[23]\d[01]\d[0-3]\d)[1-9]\d{6,7}",
    r"[2-9]\d{2,3}[ \-]\d{4}",
    r"95\d{3}",
    r"96\d{3,4}",
    r"1[02]\d{3}",
)
SURE = [re.compile(rf"(?<![\d.])(?<!\d-){pattern}(?!\d)", re.A) for pattern in SURE_NUMBERS]
LIKELY = [re.compile(rf"(?<!\d)(?<!\d[.:-]){pattern}(?![\d:])", re.A) for pattern in LIKELY_NUMBERS]


def other_phones(reading: Reading, *, place: Place) -> Iterator[Finding]:
    """Numbers that are neither the branch's nor a node's above it, whatever their notation."""
    text = SPOKEN_RUN.sub(lambda match: match[0].translate(SPOKEN), reading.text)
    own = {spelling for phone in place.phones for spelling in _spellings(phone)}
    for start, end in _numbers(text):
        if _subscriber(text[start:end]) not in own:
            yield reading.finding(Kind.PHONE, start, end, core=place.phones[0] if place.phones else "")


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    for pattern in SURE:
        yield from (match.span() for match in pattern.finditer(text))
    for pattern in LIKELY:
        for match in pattern.finditer(text):
            if CALLED.search(text, max(0, match.start() - CALLED_WITHIN), match.start()):
                yield match.span()


def _spellings(phone: str) -> Iterator[str]:
    """With and without the area code: 01055506110, 55506110."""
    number = _subscriber(read(phone).text)
    yield number
    if number.startswith("0"):
        yield number[3 if number[1] in "12" else 4 :]


def _subscriber(number: str) -> str:
    """The digits as dialled inside the country."""
    digits = "".join(letter for letter in number if letter.isdigit())
    abroad = re.match(r"(?:00)?86(?=\d{9})", digits)
    if not abroad:
        return digits
    rest = digits[abroad.end() :]
    return rest if rest.startswith("0") or re.match(r"1[3-9]\d{9}", rest) else f"0{rest}"


# --- Links ---------------------------------------------------------------------------------------
LETTER = "a-z0-9\u00e0-\u024f\u0370-\u03ff\u0400-\u04ff"  # small Latin, Greek and Cyrillic: look-alikes too
LABEL = rf"[{LETTER}](?:[{LETTER}_-]{{0,62}})"
ENDINGS = (
    "com|cn|net|org|gov|edu|io|cc|top|xyz|info|co|vip|shop|site|online|club|app|dev|link|ltd|wang|biz|tv|hk|tw|mobi|icu|"
    "fun|store|tech|asia|ren|ink|pub|live|work|pro|group|world|example|test|local|me|us|uk|jp|sg|eu|ru"
)
HAN_ENDINGS = "中国|公司|网络|网址|集团|在线|商城|网店|中文网|香港"
LINK = re.compile(
    rf"""
    (?P<scheme>[a-z][a-z0-9+.-]{{1,12}}:[/\\]{{1,3}})(?P<any>[^\s,，。;；、)(<>"'【】《》「」]{{1,300}})
    | (?<![{LETTER}.@-])(?P<bare>
        (?:{LABEL}@)?
        (?: \d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\d.])
          | (?:{LABEL}\.){{1,8}}(?:{ENDINGS}|xn--[a-z0-9-]{{2,40}})(?![{LETTER}-]|\.[{LETTER}])
          | (?:{LABEL}\.){{2,8}}[a-z]{{2,18}}(?![{LETTER}-])
          | (?:{LABEL}\.){{1,8}}[a-z]{{2,18}}(?=[/:][{LETTER}])
          | [{LETTER}\u4e00-\u9fff-]{{1,20}}\.(?:{HAN_ENDINGS})
        )
        (?::\d{{1,5}})?(?:[/?\#][^\s,，。;；、)(<>"'【】《》「」]{{0,300}})?
      )
    """,
    re.A | re.X,
)


def other_links(reading: Reading, *, core: Core) -> Iterator[Finding]:
    """Links and mail addresses whose host is outside the allowed ones."""
    allowed = {host.lower().strip(".") for host in core.allowed_hosts}
    for match in LINK.finditer(reading.text):
        host = _host(match["any"] or match["bare"])
        if not any(host == own or host.endswith(f".{own}") for own in allowed):
            yield reading.finding(Kind.LINK, *match.span(), core=", ".join(sorted(allowed)))


def _host(address: str) -> str:
    """What a browser would open: after any user name, before port and path; \\ counts as /."""
    authority = re.split(r"[/\\?#]", address, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].strip(".")
