"""By which channels, and when people are reminded: headquarters' strategies and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import CHOICE, GOOD, WARNS, ChangesAsHistory, PlainAdmin, column
from notifications.admin.wait_field import WaitField
from notifications.channel_order import ChannelOrderField, in_order
from notifications.condition_form import ConditionalForm, ConditionFormField
from notifications.conditions import for_whom, normal
from notifications.models import ChannelStrategy, Purpose, ReminderRule
from notifications.reasons import of_rule, reason_words, span

if TYPE_CHECKING:
    StrategyModelForm = forms.ModelForm[ChannelStrategy]
    RuleModelForm = forms.ModelForm[ReminderRule]
else:
    StrategyModelForm = RuleModelForm = forms.ModelForm

PLANNED_ANEW = _("Once saved, what is not sent yet is planned anew at once; what was sent stays as it was.")
Kind, Anchor = ReminderRule.Kind, ReminderRule.Anchor


class ForSome(PlainAdmin):
    """Rows with a condition: edited by choosing, and read in words by whoever only reads."""

    @column(_("only for"))
    def for_whom(self, row: Any) -> str:
        return for_whom(row.condition)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self._edits(request, obj) else ("for_whom",)

    def _edits(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def condition_field(self, request: HttpRequest, obj: Any) -> str:
        return "condition" if self._edits(request, obj) else "for_whom"


def is_stated_twice(model: type[Model], instance: Any, **facts: Any) -> bool:
    return model._default_manager.filter(**facts).exclude(pk=instance.pk).exists()


# --- Channels -----------------------------------------------------------------------------------
class ChannelStrategyForm(ConditionalForm, StrategyModelForm):
    condition = ConditionFormField()
    channels = ChannelOrderField(
        label=_("Allowed channels"),
        help_text=_(
            "The first that reaches the person is used, then the next. What is left out is not used."
        ),
    )
    no_receipt_minutes = WaitField(
        label=_("No receipt: next channel after"),
        help_text=_("Where the carrier tells of receipts. Empty: it is not waited for."),
    )
    unopened_minutes = WaitField(
        label=_("Not opened: next channel after"), help_text=_("Empty: it is not waited for.")
    )

    class Meta:
        model = ChannelStrategy
        fields = (
            *("purpose", "condition", "position", "channels"),
            *("on_two", "no_receipt_minutes", "unopened_minutes", "urgent"),
        )
        help_texts: ClassVar[dict[str, Any]] = {
            "position": _("Where several of them fit a candidate, the one with the smallest number counts.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purpose = self.fields.get("purpose")
        if isinstance(purpose, forms.ChoiceField):  # whoever only reads has no such field
            purpose.choices = [("", gettext("Every other purpose")), *Purpose.choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"purpose", "condition"} <= cleaned.keys():
            facts = {"purpose": cleaned["purpose"], "condition": normal(cleaned["condition"])}
            if is_stated_twice(ChannelStrategy, self.instance, **facts):
                self.add_error(
                    "condition", _("There is a strategy for this purpose and these candidates already.")
                )
        if cleaned.get("on_two") and len(cleaned.get("channels", ["", ""])) < 2:
            self.add_error("on_two", _("Allow at least two channels for that."))
        return cleaned


def named_purposes() -> str:
    """In words, the purposes that some strategy names: one for every purpose does not count there."""
    named = set(ChannelStrategy.objects.exclude(purpose="").values_list("purpose", flat=True))
    return gettext(", ").join(str(purpose.label) for purpose in Purpose if purpose in named)


@admin.register(ChannelStrategy)
class ChannelStrategyAdmin(ChangesAsHistory, ForSome):
    form = ChannelStrategyForm
    actions = None
    list_display = ("said_of", "for_whom", "order", "no_receipt", "unopened", "twice", "any_hour")
    list_filter = (("purpose", CHOICE), "urgent", "on_two")
    list_filter_submit = True
    ordering = ("purpose", "position", "id")

    @column(_("purpose"), ordering="purpose")
    def said_of(self, row: ChannelStrategy) -> str:
        return row.get_purpose_display() or gettext("Every other purpose")

    @column(_("channels"))
    def order(self, row: ChannelStrategy) -> str:
        return in_order(row.channels)

    @column(_("no receipt: next after"), ordering="no_receipt_minutes")
    def no_receipt(self, row: ChannelStrategy) -> str:
        return span(row.no_receipt_minutes) if row.no_receipt_minutes else "–"

    @column(_("not opened: next after"), ordering="unopened_minutes")
    def unopened(self, row: ChannelStrategy) -> str:
        return span(row.unopened_minutes) if row.unopened_minutes else "–"

    @column(_("on two channels at once"), ordering="on_two")
    def twice(self, row: ChannelStrategy) -> str:
        return gettext("yes") if row.on_two else "–"

    @column(_("at any hour"), ordering="urgent")
    def any_hour(self, row: ChannelStrategy) -> str:
        return gettext("yes") if row.urgent else "–"

    def get_fieldsets(self, request: HttpRequest, obj: ChannelStrategy | None = None) -> Any:
        edits = self._edits(request, obj)
        waits = ("no_receipt_minutes", "unopened_minutes") if edits else ("no_receipt", "unopened")
        whom = (("purpose", "position"), self.condition_field(request, obj))
        return [
            (None, {"fields": whom, "description": PLANNED_ANEW}),
            (_("By which way"), {"fields": ("channels" if edits else "order", "on_two")}),
            (_("When the next channel is tried"), {"fields": (waits,)}),
            (_("At which hours"), {"fields": ("urgent",)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if self._edits(request, obj) else ("for_whom", "order", "no_receipt", "unopened")

    def save_model(self, request: HttpRequest, obj: ChannelStrategy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        apart = named_purposes() if not obj.purpose else ""
        if apart:
            words = gettext("Not for these purposes, which have strategies of their own: %(purposes)s.")
            messages.warning(request, words % {"purposes": apart})


# --- Reminders ----------------------------------------------------------------------------------
def rule_words(rule: ReminderRule) -> str:
    """When a rule speaks, such as "24 hours after the notice" or "1 day before the first day, at 10:00"."""
    words = capfirst("".join(reason_words([of_rule(rule)])))
    if rule.anchor != Anchor.FIRST_DAY:
        return words
    return gettext("%(days)s, at %(time)s") % {"days": words, "time": f"{rule.at:%H:%M}"}


class ReminderRuleForm(ConditionalForm, RuleModelForm):
    condition = ConditionFormField()

    class Meta:
        model = ReminderRule
        fields = ("kind", "condition", "anchor", "amount", "working_days", "at", "active")
        labels: ClassVar[dict[str, Any]] = {"anchor": _("Counted in"), "at": _("Time of day")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, anchor = cleaned.get("kind"), cleaned.get("anchor")
        if kind and anchor:
            before_the_answer = kind in ReminderRule.BEFORE_THE_ANSWER
            if before_the_answer == (anchor == Anchor.FIRST_DAY):
                self.add_error("anchor", self._wrong_anchor(before_the_answer))
            elif anchor == Anchor.FIRST_DAY and not cleaned.get("at") and "at" not in self.errors:
                self.add_error("at", _("State the time of day."))
            elif anchor != Anchor.FIRST_DAY:
                # Hours are counted to the minute: neither a time of day nor working days mean anything there.
                cleaned |= {"at": None, "working_days": False}
        return cleaned

    def _wrong_anchor(self, before_the_answer: bool) -> Any:
        if before_the_answer:
            return _("This is counted in hours, from the notice or to the deadline.")
        return _("This is counted in days before the first day.")


@admin.register(ReminderRule)
class ReminderRuleAdmin(ChangesAsHistory, ForSome):
    form = ReminderRuleForm
    actions = None
    list_display = ("number", "what", "when", "for_whom", "use")
    list_display_links = ("number", "what")
    list_filter = ("active", ("kind", CHOICE))
    list_filter_submit = True
    ordering = ("number",)

    @column(_("what"), ordering="kind")
    def what(self, rule: ReminderRule) -> str:
        return rule.get_kind_display()

    @column(_("when"))
    def when(self, rule: ReminderRule) -> str:
        return rule_words(rule)

    @column(_("in use"), ordering="active", labels={True: GOOD, False: WARNS})
    def use(self, rule: ReminderRule) -> tuple[bool, str]:
        return (True, gettext("On")) if rule.active else (False, gettext("Off"))

    def get_fieldsets(self, request: HttpRequest, obj: ReminderRule | None = None) -> Any:
        return [
            (
                None,
                {
                    "fields": ("kind", self.condition_field(request, obj), "active"),
                    "description": PLANNED_ANEW,
                },
            ),
            (
                _("When"),
                {
                    "fields": (("amount", "anchor"), ("at", "working_days")),
                    "description": _(
                        "What falls outside the send window, or on a day off, is moved as the branch's window says."
                    ),
                },
            ),
        ]

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """A rule is switched off: what it has said is known by its number."""
        return False
