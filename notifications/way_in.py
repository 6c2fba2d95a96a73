"""The way to the candidate's page, as a text says it and as nobody else may read it afterwards."""

import re
from dataclasses import dataclass

from django.conf import settings

from candidates.models import Language

CODE_WORD = {Language.CHINESE: "验证码", Language.ENGLISH: "code"}
IN_BRACKETS = {Language.CHINESE: " （{}）", Language.ENGLISH: " ({})"}
KEY_IN_LINK = re.compile(r"(/n/)[A-Za-z0-9_-]{16,}")
# Told by the word before it: a telephone number may look just like a code.
CODE = re.compile(rf"((?:{'|'.join(CODE_WORD.values())}) )\d{{4}} \d{{4}}")


@dataclass(frozen=True)
class WayIn:
    """A personal link, or "" and the fixed address with a code; `words` are what a text says."""

    link: str
    words: str


def way_in(*, token: str, code: str, language: str) -> WayIn:
    fixed = f"{settings.PUBLIC_URL}/n/"
    if not code:
        return WayIn(link=f"{fixed}{token}/", words=f"{fixed}{token}/")
    named = f"{CODE_WORD[Language(language)]} {code[:4]} {code[4:]}"
    return WayIn(link="", words=fixed + IN_BRACKETS[Language(language)].format(named))


def blotted(text: str) -> str:
    """A sent text without the key in it: whoever reads it later must not be able to answer for the candidate."""
    return CODE.sub(r"\1•••• ••••", KEY_IN_LINK.sub(r"\1••••••", text))
