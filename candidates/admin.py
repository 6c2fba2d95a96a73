"""Headquarters' pages for interview sources, signals, candidates and offers. Personal data is masked."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import (
    BAD,
    CHOICE,
    GOOD,
    WAITS,
    WARNS,
    BranchAndBelow,
    PlainAdmin,
    ReadOnlyAdmin,
    ReadOnlyTable,
    column,
    confirmed_action,
    go_to,
)
from branches.shown_once import show_once
from candidates.encryption import decrypt, encrypt
from candidates.identity import masked_email, masked_id_number
from candidates.models import Candidate, Channel, InterviewSource, Offer, OfferState, Signal
from candidates.payload import CandidateIn, PositionIn, ResultIn
from candidates.sources import new_secret, replace_secret

if TYPE_CHECKING:
    SourceModelForm = forms.ModelForm[InterviewSource]
else:
    SourceModelForm = forms.ModelForm

SEARCH = "admin search"
LONGEST_SEARCH = 254  # an email address
MAPPABLE = frozenset(
    [
        *(name for name in ResultIn.model_fields if name not in {"candidate", "position"}),
        *(f"candidate.{name}" for name in CandidateIn.model_fields),
        *(f"position.{name}" for name in PositionIn.model_fields),
    ]
)
VERDICT_LABELS = {
    Signal.Verdict.ACCEPTED: GOOD,
    Signal.Verdict.NOT_PASSED: "",
    Signal.Verdict.UPDATED: WAITS,
}
STATE_LABELS = {
    OfferState.OFFERED: WAITS,
    OfferState.CONFIRMED: GOOD,
    OfferState.DECLINED: WARNS,
    OfferState.WITHDRAWN: BAD,
}


def sealed(text: str) -> str:
    """What was searched for, as an address may hold it: encrypted, for it names a person."""
    return urlsafe_b64encode(encrypt(text, context=SEARCH)).decode()


def unsealed(text: str) -> str:
    """Raises IncorrectLookupParameters for what we have not sealed; the list is then shown whole."""
    try:
        return decrypt(urlsafe_b64decode(text), context=SEARCH)
    except ValueError:
        raise IncorrectLookupParameters from None


class FoundByPerson(ReadOnlyAdmin):
    """Rows are found by the exact name, phone, email or ID number of their person, or by the interview's number.

    Nothing else could find them: the columns are encrypted, the blind index knows whole values only.
    """

    offer_path = "offer"
    change_list_template = "admin/found_by_person.html"
    search_fields = ("pk",)  # shows the search box; the search itself is below
    search_help_text = _("The exact name, phone, email, ID number or interview number")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and "person" in request.POST:
            asked = sealed(request.POST["person"][:LONGEST_SEARCH])
            return redirect(f"{request.path}?{urlencode({SEARCH_VAR: asked})}")
        return super().changelist_view(request, extra_context)

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        # No column holds a NUL, and the box is for one value.
        text = unsealed(search_term).replace("\0", "")[:LONGEST_SEARCH]
        by_person = Q(pk__in=Offer.objects.search(text))
        offers = Offer.objects.filter(by_person | Q(interview_id=text.strip()))
        return queryset.filter(**{f"{self.offer_path}__in": offers}), self.offer_path == "offers"


class SourceForm(SourceModelForm):
    class Meta:
        model = InterviewSource
        fields = ("name", "slug", "verifier", "threshold", "requests_per_minute", "active", "field_mapping")

    def clean_field_mapping(self) -> dict[str, str]:
        mapping = self.cleaned_data["field_mapping"] or {}
        if not isinstance(mapping, dict):
            raise ValidationError(_("This must be an object, such as {}."))
        if unknown := sorted(set(mapping) - MAPPABLE):
            raise ValidationError(
                _("We have no such field: %(names)s."), params={"names": ", ".join(unknown)}
            )
        if wrong := sorted(key for key, path in mapping.items() if not isinstance(path, str) or not path):
            raise ValidationError(
                _("Not a path: the value of %(names)s."), params={"names": ", ".join(wrong)}
            )
        return mapping


@admin.register(InterviewSource)
class InterviewSourceAdmin(PlainAdmin):
    form = SourceForm
    actions = None
    list_display = ("name", "slug", "verifier", "threshold", "active", "secrets_in_use")
    search_fields = ("name", "slug")
    ordering = ("name",)
    actions_detail = ("new_secret",)

    @column(_("valid secrets"))
    def secrets_in_use(self, source: InterviewSource) -> int:
        return len(source.secrets)

    def get_readonly_fields(
        self, _request: HttpRequest, obj: InterviewSource | None = None
    ) -> tuple[str, ...]:
        return ("slug",) if obj else ()  # the platform calls this address

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False  # a source that is no longer wanted is switched off; its signals are evidence

    def save_model(self, request: HttpRequest, obj: InterviewSource, form: Any, change: bool) -> None:
        if not change:
            obj.secret = new_secret()
            show_once(request, what=gettext("The secret"), secret=obj.secret)
        super().save_model(request, obj, form, change)

    @confirmed_action(
        _("New secret"),
        question=_("The secret in force stays valid beside the new one until the next replacement."),
        icon="key",
        permissions=["change"],
    )
    def new_secret(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        secret = replace_secret(InterviewSource.objects.get(pk=object_id))
        show_once(request, what=gettext("The secret"), secret=secret)
        return go_to(reverse("admin:candidates_interviewsource_change", args=[object_id]))


class OffersOfCandidate(ReadOnlyTable):
    model = Offer
    fields = ("interview_id", "branch", "position_title", "onboarding_at", "state")
    show_change_link = True


@admin.register(Candidate)
class CandidateAdmin(FoundByPerson):
    offer_path = "offers"
    inlines = (OffersOfCandidate,)
    list_display = ("full_name", "hidden_phone", "hidden_email", "category", "language", "created_at")
    list_filter = (("category", CHOICE), ("style", CHOICE), ("language", CHOICE))
    list_filter_submit = True
    ordering = ("-id",)  # by time: the ids are time-ordered, and indexed
    fields = (
        "full_name",
        ("hidden_phone", "hidden_email", "hidden_id_number"),
        ("has_wechat", "has_push"),
        ("category", "style", "language"),
        "preferred",
        "created_at",
    )

    @column(_("full name"))
    def full_name(self, candidate: Candidate) -> str:
        return candidate.name

    @column(_("phone"))
    def hidden_phone(self, candidate: Candidate) -> str:
        return candidate.masked_phone if candidate.phone else ""

    @column(_("email"))
    def hidden_email(self, candidate: Candidate) -> str:
        return masked_email(candidate.email)

    @column(_("ID number"))
    def hidden_id_number(self, candidate: Candidate) -> str:
        return masked_id_number(candidate.id_number) if candidate.id_number else ""

    @column(_("WeChat"), boolean=True)
    def has_wechat(self, candidate: Candidate) -> bool:
        return bool(candidate.wechat_openid)

    @column(_("App push"), boolean=True)
    def has_push(self, candidate: Candidate) -> bool:
        return bool(candidate.push_id)

    @column(_("preferred channels"))
    def preferred(self, candidate: Candidate) -> str:
        return " → ".join(str(Channel(name).label) for name in candidate.preferred_channels)


@admin.register(Offer)
class OfferAdmin(FoundByPerson):
    offer_path = "pk"
    list_display = (
        "interview_id",
        "person",
        "branch",
        "position_title",
        "onboarding_at",
        "answer",
        "how_far",
    )
    list_select_related = ("candidate", "branch", "progress")
    list_filter = (
        ("branch", BranchAndBelow),
        ("state", CHOICE),
        ("progress__stage", CHOICE),
        ("candidate__category", CHOICE),
    )
    list_filter_submit = True
    date_hierarchy = "onboarding_at"
    ordering = ("-id",)
    fields = (
        ("interview_id", "source", "score"),
        ("candidate", "branch"),
        ("position_title", "position_code"),
        ("onboarding_at", "answer_by"),
        ("state", "decline_reason", "changes"),
        "how_far",
        "records",
        "created_at",
    )

    @column(_("candidate"))
    def person(self, offer: Offer) -> str:
        return offer.candidate.name

    @column(_("state"), ordering="state", labels=STATE_LABELS)
    def answer(self, offer: Offer) -> tuple[str, str]:
        return offer.state, offer.get_state_display()

    @column(_("progress"))
    def how_far(self, offer: Offer) -> str:
        return str(getattr(offer, "progress", "") or "")

    @column(_("records"))
    def records(self, offer: Offer) -> str:
        """Where the rest of the offer's story is; by address, because those apps stand above this one."""
        pages = {
            "notifications_message": _("Messages"),
            "tracking_event": _("Events"),
            "candidates_signal": _("Signals"),
        }
        link = '<a class="text-link" href="{}?offer__id__exact={}">{}</a>'
        links = [
            format_html(link, reverse(f"admin:{page}_changelist"), offer.pk, words)
            for page, words in pages.items()
        ]
        return format_html("{} · {} · {}", *links)


@admin.register(Signal)
class SignalAdmin(FoundByPerson):
    list_display = ("received_at", "source", "interview_id", "judged", "offer", "webhook_id")
    list_select_related = ("source", "offer")
    list_filter = ("source", ("verdict", CHOICE))
    list_filter_submit = True
    ordering = ("-id",)
    # The body is the person's data in the clear: it stays out of the admin.
    fields = ("received_at", "source", "webhook_id", "interview_id", "verdict", "offer")

    @column(_("verdict"), ordering="verdict", labels=VERDICT_LABELS)
    def judged(self, signal: Signal) -> tuple[str, str]:
        return signal.verdict, signal.get_verdict_display()
