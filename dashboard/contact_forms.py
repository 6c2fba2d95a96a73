"""The forms under one candidate's tabs. Moments are typed, and shown, as the clocks at the branch show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from branches.models import Branch
from candidates.deadline import NoExtension, answer_deadline, no_extension
from candidates.models import Channel, DeclineReason, Extension, Offer, OfferState
from dashboard.days_off import DaysOffPointedOut
from dashboard.forms import branch_choices
from notifications.models import ApprovedWording
from notifications.personal import problems
from tracking.models import CallResult

LONGEST_NOTE, LONGEST_REASON = 500, 200
# A mistyped year would otherwise be far from any calendar.
FARTHEST = timedelta(days=366)
TOO_FAR = _("This is more than a year ahead. Please check the year.")
TYPED = "%Y-%m-%dT%H:%M"
NO_EXTENSION = {
    NoExtension.PAST: _("This moment is over already."),
    NoExtension.NOT_LATER: _("This is no later than the present deadline."),
    NoExtension.AFTER_THE_FIRST_DAY: _("The first day begins before that: move the first day instead."),
}


class BranchMomentField(forms.DateTimeField):
    """A day and time by the clocks of a branch, in the browser's own picker. `zone` is set by the form."""

    zone = ZoneInfo("Asia/Shanghai")

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=TYPED, attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and timezone.is_aware(value):
            return value.astimezone(self.zone).strftime(TYPED)
        return value


class ContactForm(forms.Form):
    """`number`: of what is done by it; sent twice it is done once."""

    use_required_attribute = False

    number = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "contact-%s")
        super().__init__(*args, **kwargs)
        self.offer = offer
        for field in self.fields.values():
            if isinstance(field, BranchMomentField):
                field.zone = offer.branch.zone

    def clean_number(self) -> UUID:
        """One for each person, whatever number was posted: that of another one's form meets nothing of theirs."""
        return uuid5(self.offer.pk, self.cleaned_data["number"].hex)


class WriteForm(ContactForm):
    channel = forms.ChoiceField(label=_("Channel"), widget=forms.RadioSelect)
    wording = forms.ModelChoiceField(
        ApprovedWording.objects.filter(active=True),
        widget=forms.HiddenInput,
        error_messages={"required": _("Start from an approved wording.")},
    )
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea({"rows": 5, "autocomplete": "off"}),
        error_messages={"required": _("Write what the person is to read.")},
    )

    def __init__(self, *args: Any, channels: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel: Any = self.fields["channel"]
        channel.choices = [(name, Channel(name).label) for name in channels]
        channel.initial = next(iter(channels), "")
        self.fields["text"].widget.attrs["lang"] = self.offer.candidate.language

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if text := cleaned.get("text"):
            found = problems(text, offer=self.offer, channel=cleaned.get("channel", ""))
            if found:
                self.add_error("text", found)
        return cleaned


class CallForm(ContactForm):
    result = forms.ChoiceField(label=_("Result"), choices=CallResult.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
        help_text=_("Only what colleagues need for the next call. It is kept encrypted."),
    )
    again_at = BranchMomentField(
        label=_("Call again"),
        required=False,
        help_text=_("Until then the person is no task of today's."),
    )

    def clean_again_at(self) -> datetime | None:
        again_at: datetime | None = self.cleaned_data["again_at"]
        if again_at and again_at <= timezone.now():
            raise ValidationError(NO_EXTENSION[NoExtension.PAST])
        if again_at and again_at > timezone.now() + FARTHEST:
            raise ValidationError(TOO_FAR)
        return again_at


class AnswerForm(ContactForm):
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[(OfferState.CONFIRMED, _("Will join")), (OfferState.DECLINED, _("Will not join"))],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label=_("Reason to decline"),
        required=False,
        choices=[("", _("none, the person will join")), *DeclineReason.choices],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == OfferState.DECLINED and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the person will not join."))
        return cleaned

    @property
    def decline_reason(self) -> DeclineReason | None:
        declines = self.cleaned_data["answer"] == OfferState.DECLINED
        return DeclineReason(self.cleaned_data["reason"]) if declines else None


class MoreTimeForm(ContactForm):
    until = BranchMomentField(label=_("Answer by"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("For colleagues; the person does not read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = self._suggested()

    def _suggested(self) -> datetime:
        """As many days as a new offer gives, counted from the present deadline."""
        offer = self.offer
        from_now = max(timezone.now(), offer.answer_by)
        later = answer_deadline(offer.onboarding_at, now=from_now, zone=offer.branch.zone)
        return later if later > offer.answer_by else offer.onboarding_at

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        number: UUID | None = self.cleaned_data.get("number")
        if number and Extension.objects.filter(pk=number).exists():  # sent twice
            return until
        why = no_extension(
            until,
            answer_by=self.offer.answer_by,
            onboarding_at=self.offer.onboarding_at,
            now=timezone.now(),
        )
        if why:
            raise ValidationError(NO_EXTENSION[why])
        return until


class MoveForm(DaysOffPointedOut, ContactForm):
    # With what was shown beside them: the second of two clicks is no form in which nothing was changed.
    onboarding_at = BranchMomentField(
        label=_("First day and time"),
        help_text=_("By the clocks at the branch that is chosen below."),
        show_hidden_initial=True,
    )
    branch = forms.ChoiceField(label=_("Branch"), show_hidden_initial=True)

    def __init__(self, *args: Any, branches: Iterable[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = {branch.code: branch for branch in branches}
        branch: Any = self.fields["branch"]
        branch.choices = branch_choices(self.branches.values())
        branch.initial = self.offer.branch.code
        self.fields["onboarding_at"].initial = self.offer.onboarding_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        branch, typed = self.branches.get(cleaned.get("branch", "")), cleaned.get("onboarding_at")
        if branch and typed and not {"branch", "onboarding_at"} & set(self.changed_data):
            self.add_error(
                None, _("Nothing was changed: choose another day, another time or another branch.")
            )
        elif branch and typed:
            first = typed.astimezone(self.offer.branch.zone).replace(tzinfo=branch.zone)
            cleaned.update(branch=branch, onboarding_at=first)
            if first <= timezone.now():
                self.add_error("onboarding_at", _("The first day must lie ahead."))
            elif first > timezone.now() + FARTHEST:
                self.add_error("onboarding_at", TOO_FAR)
            else:
                self.point_out_day_off("onboarding_at", first, branch)
        return cleaned
