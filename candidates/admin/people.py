"""Candidates, their offers, and the signals they came with. Personal data is masked."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import BAD, CHOICE, GOOD, WAITS, WARNS, BranchAndBelow, ReadOnlyTable, column
from candidates.admin.found import FoundByPerson
from candidates.identity import masked_email, masked_id_number
from candidates.models import Candidate, Channel, Offer, OfferState, Signal

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
