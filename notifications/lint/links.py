"""Links and mail addresses: only those of the bank's own hosts may stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.lint.findings import Core, Finding, Kind
from notifications.lint.reading import Reading

# Small Latin, Greek and Cyrillic letters: hosts that look alike, too.
LETTER = "a-z0-9\u00e0-\u024f\u0370-\u03ff\u0400-\u04ff"
LABEL = rf"[{LETTER}][{LETTER}_-]{{0,62}}"
REST = r"[^\s,，。;；、)(<>\"'【】《》「」]"
# After a single dot only these make a host: the rest is mostly a full stop without a space behind it.
ENDINGS = (
    "com|cn|net|org|gov|edu|io|cc|top|xyz|info|co|vip|shop|site|online|club|app|dev|link|ltd|wang|biz|tv|hk|tw|mobi|icu|"
    "fun|store|tech|asia|ren|ink|pub|live|work|pro|group|world|example|test|local|me|us|uk|jp|sg|eu|ru"
)
HAN_ENDINGS = "中国|公司|网络|网址|集团|在线|商城|网店|中文网|香港"
LINK = re.compile(
    rf"""
    (?P<scheme>[a-z][a-z0-9+.-]{{1,12}}:[/\\]{{1,3}})(?P<full>{REST}{{1,300}})
    | (?<![{LETTER}.@-])(?P<bare>
        (?:[{LETTER}._%+-]{{1,64}}@)?
        (?: \d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\d.])
          | (?:{LABEL}\.){{1,8}}(?:{ENDINGS}|xn--[a-z0-9-]{{2,40}})(?![{LETTER}-]|\.[{LETTER}])
          | (?!e\.g\.|i\.e\.|[ap]\.m\.)(?:{LABEL}\.){{2,8}}[a-z]{{2,18}}(?![{LETTER}-])
          | (?:{LABEL}\.){{1,8}}[a-z]{{2,18}}(?=[/:][{LETTER}])
          | [{LETTER}\u4e00-\u9fff-]{{1,20}}\.(?:{HAN_ENDINGS})
        )
        (?::\d{{1,5}})?(?:[/?\#]{REST}{{0,300}})?
      )
    """,
    re.A | re.X,
)
AUTHORITY_END = re.compile(r"[/\\?#]")


def other_links(reading: Reading, *, core: Core) -> Iterator[Finding]:
    """Links and mail addresses whose host is outside the allowed ones."""
    allowed = {host.lower().strip(".") for host in core.allowed_hosts}
    for match in LINK.finditer(reading.text):
        host = _host(match["full"] or match["bare"])
        if not any(host == own or host.endswith(f".{own}") for own in allowed):
            yield reading.finding(Kind.LINK, *match.span(), core=", ".join(sorted(allowed)))


def _host(address: str) -> str:
    """What a browser would open: after any user name, before port and path; a backslash counts as a slash."""
    authority = AUTHORITY_END.split(address, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].strip(".")
