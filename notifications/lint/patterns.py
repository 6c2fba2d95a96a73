"""How the tables of words are written down.

Every repetition in them is bounded, so that reading a text takes a time that grows with its length alone, whatever
somebody pastes into it.
"""

import re

HAN = "\u4e00-\u9fff"
HAN_DIGITS = "〇零一二两三四五六七八九十廿"
NUMBER = rf"(?:\d{{1,2}}|[{HAN_DIGITS}]{{1,3}})"
COUNT = rf"(?:\d{{1,2}}|[{HAN_DIGITS}几半数]{{1,2}})"
SPELT = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
ENGLISH_COUNT = rf"(?:\d{{1,2}}|{SPELT}|an?|half an|a few|a couple of|several)"


def pattern(table: str) -> re.Pattern[str]:
    """Alternatives that may run over several lines; \\b and \\d know ASCII only, so 请report to holds a word."""
    return re.compile(in_one(table), re.A)


def words(chinese: str, english: str) -> re.Pattern[str]:
    """Either language's words; English ones count as whole words only."""
    return pattern(rf"(?:{in_one(chinese)})|\b(?:{in_one(english)})(?![a-z0-9])")


def in_one(table: str) -> str:
    return "".join(line.strip() for line in table.splitlines())
