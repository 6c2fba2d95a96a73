"""How HR answers a wish for another first day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from candidates.deferral import at_same_time
from candidates.models import Deferral
from dashboard.contact_forms import FARTHEST, TOO_FAR
from dashboard.days_off import DaysOffPointedOut
from notifications.deferrals import day_problem
from notifications.personal import on_one_line, problems


class Answer(models.TextChoices):
    GRANT = "grant", _("Grant the day asked for")
    ANOTHER = "another", _("Grant another day")
    REFUSE = "refuse", _("Refuse: the first day stays")


class Refusal(models.TextChoices):
    """Ready-made reasons, as the person reads them."""

    DAY_OFF = "day_off", _("Nobody is received on that day.")
    FULL = "full", _("No place is left on that day.")
    TRAINING = "training", _("The training starts on the first day that stands.")
    NEEDED = "needed", _("The position must be filled by the first day that stands.")


class DecisionForm(DaysOffPointedOut):
    """One form, three answers; what belongs to another answer is not looked at."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose an answer.")},
    )
    day = forms.DateField(
        label=_("Another day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("The person is asked to confirm it."),
    )
    reason = forms.ChoiceField(
        label=_("Reason to refuse"),
        required=False,
        choices=[("", _("In your own words, below")), *Refusal.choices],
        help_text=_("The person reads it in the language of the notice."),
    )
    words = forms.CharField(
        label=_("For the person, in your own words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Goes out as it is written here, beside the day that you decide: write no dates. Optional, unless you "
            "refuse without a reason from the list."
        ),
    )

    def __init__(self, data: Any, *, deferral: Deferral) -> None:
        super().__init__(data)
        self.deferral = deferral
        zone = deferral.offer.branch.zone
        tomorrow = timezone.now().astimezone(zone).date().isoformat()
        self.fields["day"].widget.attrs["min"] = tomorrow

    def clean_words(self) -> str:
        """As it is looked at: a line of its own could pass for a heading or another sender's signature."""
        return on_one_line(self.cleaned_data["words"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == Answer.ANOTHER and "day" not in self.errors:
            self._check_day(cleaned.get("day"))
        if cleaned.get("decision") == Answer.REFUSE and not self._says_why(cleaned):
            self.add_error("reason", _("Please say why: the person reads it."))
        self._check_words()
        return cleaned

    def _check_day(self, day: date | None) -> None:
        offer = self.deferral.offer
        if day is None:
            self.add_error("day", _("Please enter the day."))
            return
        moment = at_same_time(offer.onboarding_at, day, zone=offer.branch.zone)
        if problem := day_problem(offer, moment):
            self.add_error("day", problem)
        elif moment > timezone.now() + FARTHEST:
            self.add_error("day", TOO_FAR)
        else:
            self.point_out_day_off("day", moment, offer.branch)

    @staticmethod
    def _says_why(cleaned: dict[str, Any]) -> bool:
        return bool(cleaned.get("reason") or cleaned.get("words"))

    def _check_words(self) -> None:
        """As strict as with any other text of HR's that nobody looks at a second time."""
        for problem in (
            problems(self.answer, offer=self.deferral.offer) if self.cleaned_data.get("words") else []
        ):
            self.add_error("words", problem)

    @property
    def is_granted(self) -> bool:
        return str(self.cleaned_data["decision"]) != Answer.REFUSE

    @property
    def day_granted(self) -> date | None:
        """None: the day that was asked for."""
        day: date | None = self.cleaned_data["day"]
        return day if self.cleaned_data["decision"] == Answer.ANOTHER else None

    @property
    def answer(self) -> str:
        """What the person reads, in the person's language."""
        given = self.cleaned_data
        with translation.override(self.deferral.offer.candidate.language):
            is_refused = given.get("decision") == Answer.REFUSE and given.get("reason")
            ready = str(Refusal(given["reason"]).label) if is_refused else ""
        return " ".join(part for part in (ready, given.get("words", "")) if part)
