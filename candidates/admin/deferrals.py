"""Which other first days a branch grants by itself; what was asked for, and who was given more time to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from branches.admin_parts import (
    BAD,
    CHOICE,
    GOOD,
    WAITS,
    BranchAndBelow,
    ChangesAsHistory,
    OfBranch,
    column,
)
from branches.categories import Category
from candidates.admin.found import FoundByPerson
from candidates.deferral import obstacle_words
from candidates.models import Deferral, DeferralPolicy, DeferralState, Extension, Weekday

if TYPE_CHECKING:
    PolicyModelForm = forms.ModelForm[DeferralPolicy]
else:
    PolicyModelForm = forms.ModelForm

STATE_LABELS = {
    DeferralState.PENDING: WAITS,
    DeferralState.GRANTED: GOOD,
    DeferralState.REFUSED: BAD,
    DeferralState.DROPPED: "",
}


class DeferralPolicyForm(PolicyModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        choices=Weekday.choices,
        coerce=int,
        required=False,
        label=_("Weekdays"),
        help_text=DeferralPolicy._meta.get_field("weekdays").help_text,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = DeferralPolicy
        fields = ("branch", "category", "at_once", "latest_days", "times", "weekdays", "places_a_day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields.get("category")
        if isinstance(category, forms.ChoiceField):  # whoever only reads has no such field
            category.choices = [("", gettext("All candidates")), *Category.choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        same = DeferralPolicy.objects.filter(
            branch=cleaned.get("branch"), category=cleaned.get("category", "")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("category", _("There is a policy for these candidates of this branch already."))
        return cleaned


@admin.register(DeferralPolicy)
class DeferralPolicyAdmin(ChangesAsHistory, OfBranch):
    form = DeferralPolicyForm
    actions = None
    list_display = ("branch", "for_whom", "answered", "latest", "times", "allowed_days", "places")
    list_filter = (("branch", BranchAndBelow), ("category", CHOICE))
    list_filter_submit = True
    list_select_related = ("branch",)
    ordering = ("branch__path", "category")
    fieldsets = (
        (
            None,
            {
                "fields": ("branch", "category", "at_once"),
                "description": _(
                    "The nearest branch counts, and there the row of the candidate's own category. Requests that come "
                    "from now on are answered by it; those already with HR stay there."
                ),
            },
        ),
        (_("What is granted at once"), {"fields": (("latest_days", "times"), "weekdays", "places_a_day")}),
    )

    @column(_("category"), ordering="category")
    def for_whom(self, policy: DeferralPolicy) -> str:
        return policy.get_category_display() or gettext("All candidates")

    @column(_("answered"), labels={True: GOOD, False: WAITS})
    def answered(self, policy: DeferralPolicy) -> tuple[bool, str]:
        return (True, gettext("At once")) if policy.at_once else (False, gettext("By HR"))

    @column(_("latest day"), ordering="latest_days")
    def latest(self, policy: DeferralPolicy) -> str:
        return gettext("%(count)s days later") % {"count": policy.latest_days}

    @column(_("weekdays"))
    def allowed_days(self, policy: DeferralPolicy) -> str:
        named = gettext(", ").join(str(Weekday(day).label) for day in sorted(policy.weekdays))
        return named or gettext("Every working day")

    @column(_("places a day"), ordering="places_a_day")
    def places(self, policy: DeferralPolicy) -> str:
        return str(policy.places_a_day or gettext("any number"))


@admin.register(Deferral)
class DeferralAdmin(FoundByPerson):
    """What was asked and answered. The person's own words stay out: they may tell of health or family."""

    list_display = ("asked_at", "offer", "became", "wanted", "reason", "decided_at", "decider")
    list_select_related = ("offer", "decided_by")
    list_filter = (("state", CHOICE), ("reason", CHOICE), ("offer__branch", BranchAndBelow))
    list_filter_submit = True
    ordering = ("-id",)
    fields = (
        ("offer", "state"),
        ("asked_at", "channel"),
        ("before", "wanted"),
        ("reason", "obstacles_in_words"),
        ("decided_at", "decider"),
        ("granted", "answer"),
    )

    @column(_("state"), ordering="state", labels=STATE_LABELS)
    def became(self, deferral: Deferral) -> tuple[str, str]:
        return deferral.state, deferral.get_state_display()

    @column(_("decided by"))
    def decider(self, deferral: Deferral) -> str:
        if deferral.decided_by:
            return str(deferral.decided_by)
        return gettext("the policy") if deferral.state == DeferralState.GRANTED else ""

    @column(_("why not at once"))
    def obstacles_in_words(self, deferral: Deferral) -> str:
        return gettext(", ").join(obstacle_words(deferral.obstacles))


@admin.register(Extension)
class ExtensionAdmin(FoundByPerson):
    list_display = ("at", "offer", "before", "until", "by")
    list_select_related = ("offer", "by")
    list_filter = (("offer__branch", BranchAndBelow),)
    list_filter_submit = True
    ordering = ("-id",)
    fields = ("offer", ("at", "by"), ("before", "until"), "told")

    @column(_("reason"))
    def told(self, extension: Extension) -> str:
        return extension.reason
