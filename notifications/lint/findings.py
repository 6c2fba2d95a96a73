"""What the lint of local text is told, and what it answers."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is contradicted."""

    DATE = "date"
    TIME = "time"
    PLACE = "place"
    FORM = "form"  # a copy where the core wants the original
    WAIVED = "waived"  # a mandatory paper said to be unnecessary, or to be handed in later
    EXCLUDED = "excluded"  # a paper or test that the core excludes
    PHONE = "phone"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class CorePaper:
    """`form`: "original", "copy", "original_and_copy", or "" where none is laid down."""

    name: str
    name_en: str
    form: str

    def named_for(self, text: str) -> str:
        """The paper's name in the language that `text` is written in."""
        return self.name if is_chinese(text) else self.name_en


@dataclass(frozen=True, slots=True)
class Core:
    """`allowed_hosts`: a host allows its subdomains too."""

    required: tuple[CorePaper, ...]
    excluded: tuple[CorePaper, ...]
    allowed_hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """The branch's own addresses and phones, then those of the nodes above it, in both languages.

    The order counts: the first address of a language is where this branch's candidates report. `names`: what this
    branch alone is called, in both languages; without them a text that names its own branch reads as another one.
    """

    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    names: tuple[str, ...] = ()

    def own_addresses(self) -> tuple[str, ...]:
        chinese = [address for address in self.addresses if is_chinese(address)]
        english = [address for address in self.addresses if not is_chinese(address)]
        return (*chinese[:1], *english[:1])


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end] == found`; `core` is what the core says about it, or "" where the offer says it."""

    kind: Kind
    start: int
    end: int
    found: str
    core: str


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
