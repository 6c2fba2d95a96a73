"""What Aliyun registers as a template of a notice, and which values it puts into one.

Source: Alibaba Cloud Short Message Service, "Specifications of notification templates" and "Apply for a template":
1 to 500 characters; a variable of 1 to 35 characters, once in a text, never beside another; no 【】 and no such
characters as 「」 # • → anywhere; no address in a variable.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext

LONGEST_TEXT, LONGEST_VALUE = 500, 35
VARIABLE = re.compile(r"\$\{(\w+)\}")
SIDE_BY_SIDE = re.compile(r"(\$\{\w+\})\s*(\$\{\w+\})")
REFUSED = re.compile(r"[【】「」『』〖〗#•·①-⑳★☆※→←¥￥]")
ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)


def text_problems(registered: str) -> Iterator[str]:
    if len(registered) > LONGEST_TEXT:
        words = gettext("Aliyun registers texts of at most %(limit)s characters; this one has %(length)s.")
        yield words % {"limit": LONGEST_TEXT, "length": len(registered)}
    for name, times in Counter(VARIABLE.findall(registered)).items():
        if times > 1:
            yield gettext("Aliyun takes a value once in a text: {{ %(name)s }} stands in it twice.") % {
                "name": name
            }
    for left, right in SIDE_BY_SIDE.findall(registered):
        words = gettext("Aliyun takes no two values without words between them: %(left)s%(right)s.")
        yield words % {"left": left, "right": right}
    if strange := dict.fromkeys(REFUSED.findall(registered)):
        yield gettext("Aliyun does not take these characters: %(characters)s") % {
            "characters": " ".join(strange)
        }


def value_problem(value: str) -> str:
    if not value.strip():
        return gettext("Aliyun takes no empty value; the next carrier or channel takes over.")
    if len(value) > LONGEST_VALUE:
        words = gettext(
            "Aliyun takes values of at most %(limit)s characters; with a longer one the next carrier or channel takes "
            "over."
        )
        return words % {"limit": LONGEST_VALUE}
    if ADDRESS.search(value):
        return gettext("Aliyun takes no address as a value; the next carrier or channel takes over.")
    return ""
