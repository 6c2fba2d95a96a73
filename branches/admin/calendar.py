"""Days that are worked, or not, whatever the official calendar says; a holiday is entered in one go."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from branches.admin_parts import WAITS, WARNS, BranchAndBelow, ChangesAsHistory, OfBranch, column
from branches.calendar_days import (
    LONGEST_ENTRY,
    ClosedTooLong,
    StatedOtherwise,
    last_known_year,
    must_not_close_for_long,
    new_days,
    unknown_years,
)
from branches.models import Branch, CalendarDay

if TYPE_CHECKING:
    DayModelForm = forms.ModelForm[CalendarDay]
else:
    DayModelForm = forms.ModelForm


YEARS = range(2000, 2101)
ON_OR_OFF = {"is_working": _("Off: a holiday. On: people work, as on a Saturday or Sunday worked instead.")}


class CalendarDayForm(DayModelForm):
    """One day."""

    class Meta:
        model = CalendarDay
        fields = ("branch", "day", "is_working", "note")
        help_texts = ON_OR_OFF

    def clean_day(self) -> date:
        return _in_these_years(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not {"branch", "day"} <= cleaned.keys() or self.errors:
            return cleaned
        others = CalendarDay.objects.filter(branch=cleaned["branch"], day=cleaned["day"])
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("day", _("This day is stated for this branch already."))
            return cleaned
        try:
            must_not_close_for_long([CalendarDay(**{name: cleaned[name] for name in self.Meta.fields})])
        except ClosedTooLong as closed:
            self.add_error("is_working", _too_long(closed))
        return cleaned


class NewDaysForm(DayModelForm):
    """One day, or a holiday from its first day to its last."""

    last = forms.DateField(
        required=False,
        label=_("Last day"),
        help_text=_("For several days in a row; empty: this one day."),
        widget=UnfoldAdminDateWidget(),
    )

    class Meta:
        model = CalendarDay
        fields = ("branch", "day", "is_working", "note")
        help_texts = ON_OR_OFF

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new: list[CalendarDay] = []
        if "day" in self.fields:
            self.fields["day"].label = pgettext_lazy("of a holiday", "First day")
        if root := Branch.objects.get_root_nodes().first():
            self.initial.setdefault("branch", root.pk)

    def clean_day(self) -> date:
        return _in_these_years(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first = cleaned.get("day")
        last = cleaned.get("last") or first
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first one."))
        elif first and last and (last - first).days >= LONGEST_ENTRY:
            words = _("At most %(count)s days in one go.")
            self.add_error("last", ValidationError(words, params={"count": LONGEST_ENTRY}))
        elif first and not self.errors:
            self._read_days({**cleaned, "first": first, "last": last})
        return cleaned

    def _read_days(self, facts: dict[str, Any]) -> None:
        names = ("branch", "first", "last", "is_working", "note")
        try:
            self.new = new_days(**{name: facts[name] for name in names})
        except StatedOtherwise as other:
            self.add_error("day", _otherwise(other))
        except ClosedTooLong as closed:
            self.add_error("last", _too_long(closed))

    def _get_validation_exclusions(self) -> set[str]:
        """`new_days` has compared each of the days; one that is said again is no error."""
        return {*super()._get_validation_exclusions(), "day"}  # type: ignore[misc]


def _in_these_years(day: date) -> date:
    if day.year not in YEARS:
        raise ValidationError(_("Please check the year."))
    return day


def _otherwise(other: StatedOtherwise) -> ValidationError:
    days = gettext(", ").join(date_format(day, "Y-m-d") for day in other.days)
    return ValidationError(
        _("Stated otherwise already: %(days)s. Change these in the list first, or leave them out."),
        params={"days": days},
    )


def _too_long(closed: ClosedTooLong) -> ValidationError:
    words = _("%(branch)s would not work for sixty days in a row. Please check the days.")
    return ValidationError(words, params={"branch": closed.branch.code})


@admin.register(CalendarDay)
class CalendarDayAdmin(ChangesAsHistory, OfBranch):
    form = CalendarDayForm
    list_display = ("dated", "branch", "worked", "note")
    list_display_links = ("dated",)
    list_filter = (("branch", BranchAndBelow), "is_working")
    list_filter_submit = True
    list_select_related = ("branch",)
    list_before_template = "admin/calendar_warning.html"
    search_fields = ("note",)
    date_hierarchy = "day"
    ordering = ("-day", "branch__path")

    @column(_("day"), ordering="day")
    def dated(self, day: CalendarDay) -> str:
        return date_format(day.day, "Y-m-d l")

    @column(_("kind of day"), ordering="is_working", labels={True: WAITS, False: WARNS})
    def worked(self, day: CalendarDay) -> tuple[bool, str]:
        return (True, gettext("Worked")) if day.is_working else (False, gettext("Day off"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs, **({} if obj else {"form": NewDaysForm}))

    def get_fieldsets(self, request: HttpRequest, obj: CalendarDay | None = None) -> Any:
        told = _(
            "Counts for the branch and all below it, before the official calendar. What is not sent yet is planned "
            "anew at once."
        )
        days: Any = ("day",) if obj else (("day", "last"),)
        return [(None, {"fields": ("branch", *days, "is_working", "note"), "description": told})]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**calendar_warning(), **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        CalendarDay.objects.bulk_create(form.new)
        first = CalendarDay.objects.get(branch=obj.branch, day=obj.day)
        obj.pk = first.pk

    def response_add(
        self, request: HttpRequest, obj: CalendarDay, _post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(request, gettext("The days are stated. What is not sent yet is planned anew."))
        if "_addanother" in request.POST:
            return redirect(request.get_full_path())
        return self.response_post_save_add(request, obj)


def calendar_warning() -> dict[str, Any]:
    """What templates/admin/calendar_warning.html shows."""
    return {
        "unknown_years": unknown_years(today=timezone.localdate()),
        "last_known_year": last_known_year(),
    }
