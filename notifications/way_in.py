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
    """A personal link, or "" and the fixed address with a code; `words` are what a text says, and the code in them."""

    link: str
    words: str
    code: str = ""


def way_in(*, token: str, code: str, language: str) -> WayIn:
    if not code:
        link = f"{settings.PUBLIC_URL}/n/{token}/"
        return WayIn(link=link, words=link)
    in_fours = f"{code[:4]} {code[4:]}"
    return WayIn(link="", words=fixed_way_in(in_fours, language=language), code=in_fours)


def fixed_way_in(code: str, *, language: str) -> str:
    """The address that is the same for everybody, and a code as it is to be read."""
    named = f"{CODE_WORD[Language(language)]} {code}"
    return f"{settings.PUBLIC_URL}/n/" + IN_BRACKETS[Language(language)].format(named)


def blotted(text: str) -> str:
    """A sent text without the key in it: whoever reads it later must not be able to answer for the candidate."""
    return CODE.sub(r"\1•••• ••••", KEY_IN_LINK.sub(r"\1••••••", text))
