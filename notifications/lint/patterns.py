"""How the tables of words are written down.

Every repetition is bounded and no pattern can match the same letters in many ways, so that reading a text takes a
time that grows with its length alone, whatever somebody pastes into it.
"""

import re

HAN = "\u4e00-\u9fff"
HAN_DIGITS = "〇零一二两三四五六七八九十廿"
NUMBER = rf"(?:\d{{1,2}}|[{HAN_DIGITS}]{{1,3}})"
COUNT = rf"(?:\d{{1,2}}|[{HAN_DIGITS}几半数]{{1,2}})"
SPELT = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
ENGLISH_COUNT = rf"(?:\d{{1,2}}|{SPELT}|an?|half an|a few|a couple of|several)"


def words(chinese: str, english: str) -> re.Pattern[str]:
    """Either language's words, in alternatives that may run over several lines.

    English ones count as whole words only. The flag for ASCII makes that true beside Chinese letters too: 请report to.
    """
    return re.compile(rf"(?:{in_one(chinese)})|\b(?:{in_one(english)})(?![a-z0-9])", re.A)


def in_one(table: str) -> str:
    return "".join(line.strip() for line in table.splitlines())
