"""HR's words to one candidate while they are being written: the approved wordings, what is typed, and the preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language

from candidates.models import Channel, Language, Offer
from dashboard.contact_forms import WriteForm
from notifications.compose import sms_parts
from notifications.models import ApprovedWording
from notifications.models.approved import LONGEST_PERSONAL_TEXT
from notifications.personal import preview_words, problems
from notifications.wording import Wording


@dataclass(frozen=True)
class Choice:
    """An approved wording under its title in the language of the page."""

    key: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class Words:
    """`is_started`: a wording was put into the text just now."""

    offer: Offer
    form: WriteForm
    wordings: Sequence[ApprovedWording]
    is_started: bool = False
    longest: int = LONGEST_PERSONAL_TEXT

    @property
    def text(self) -> str:
        return self._value("text")

    @property
    def channel(self) -> str:
        return self._value("channel")

    def _value(self, name: str) -> str:
        return str(self.form[name].value() or "")

    def choices(self) -> list[Choice]:
        chosen = self._value("wording")
        return [Choice(str(one.pk), _title(one), str(one.pk) == chosen) for one in self.wordings]

    @cached_property
    def problems(self) -> list[str]:
        return problems(self.text, offer=self.offer, channel=self.channel) if self.text.strip() else []

    @cached_property
    def preview(self) -> Wording | None:
        """The whole message as it would be sent; None while there is nothing to send."""
        known = self.channel in dict(self.form.fields["channel"].choices)  # type: ignore[attr-defined]
        if not known or not self.text.strip():
            return None
        return preview_words(self.text, offer=self.offer, channel=self.channel)

    @property
    def parts(self) -> int:
        """SMS parts, with the signature in the text; 0 on another channel."""
        return sms_parts(self.preview.text) if self.preview and self.channel == Channel.SMS else 0


def _title(wording: ApprovedWording) -> str:
    return wording.title_en if get_language() == Language.ENGLISH else wording.title


def typed_words(data: QueryDict, *, offer: Offer, channels: Sequence[str]) -> Words:
    """As it is posted, or as it begins. `send` in it asks for errors; `use` names a wording to start from."""
    wordings = list(ApprovedWording.objects.filter(active=True))
    if "send" in data:
        return Words(offer, WriteForm(data, offer=offer, channels=channels), wordings)
    typed: dict[str, Any] = {name: data[name] for name in WriteForm.base_fields if name in data}
    used = next((one for one in wordings if str(one.pk) == data.get("use")), None)
    if used:
        typed.update(wording=str(used.pk), text=_with(used, typed.get("text", ""), wordings, offer))
    form = WriteForm(initial=typed, offer=offer, channels=channels)
    return Words(offer, form, wordings, is_started=used is not None)


def _with(used: ApprovedWording, typed: str, wordings: Sequence[ApprovedWording], offer: Offer) -> str:
    """The wording in the place of another one that nobody touched; behind what somebody wrote."""
    language = offer.candidate.language
    untouched = {"", *(one.in_language(language) for one in wordings)}
    text = used.in_language(language)
    return text if typed.strip() in untouched else f"{typed.rstrip()} {text}"
