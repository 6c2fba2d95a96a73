"""What carriers have in common that send registered templates, under a registered signature, and no text of ours."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from notifications.channels.base import Transport


class TemplateTransport(Transport):
    """A text's number at the carrier and the values it leaves open are all that is handed over."""

    @property
    @abstractmethod
    def signature(self) -> str:
        """The registered signature, without brackets, which the carrier puts before each text."""

    @abstractmethod
    def text_problems(self, registered: str) -> Iterator[str]:
        """Why the carrier registers no such text (`${name}` for a value), a sentence each, in the reader's language."""

    @abstractmethod
    def value_problem(self, value: str) -> str:
        """Why the carrier takes no such value, in the reader's language; "" where it does."""
