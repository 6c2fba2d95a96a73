"""Headquarters' view of what happened: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import BAD, CHOICE, GOOD, WAITS, WARNS, BranchAndBelow, column
from candidates.admin import FoundByPerson
from tracking.models import Call, CallResult, Event, Kind, Progress, Stage

KIND_LABELS = {
    Kind.OFFERED: WAITS,
    Kind.CHANGED: WAITS,
    Kind.ACCEPTED: WAITS,
    Kind.DELIVERED: GOOD,
    Kind.OPENED: GOOD,
    Kind.CONFIRMED: GOOD,
    Kind.DECLINED: WARNS,
    Kind.SKIPPED: "",
    Kind.FAILED: BAD,
    Kind.UNREACHABLE: BAD,
    Kind.WITHDRAWN: BAD,
    Kind.CONNECTED: GOOD,
    Kind.DISCONNECTED: WARNS,
    Kind.DEFER_ASKED: WAITS,
    Kind.DEFERRED: GOOD,
    Kind.NOT_DEFERRED: WARNS,
    Kind.EXTENDED: WAITS,
    Kind.HANDED_OVER: WARNS,
    Kind.CALLED: WAITS,
    Kind.WRITTEN: WAITS,
}
RESULT_LABELS = {
    CallResult.REACHED: WAITS,
    CallResult.CONFIRMS: GOOD,
    CallResult.DECLINES: WARNS,
    CallResult.UNDECIDED: WAITS,
    CallResult.NO_ANSWER: WARNS,
    CallResult.WRONG_NUMBER: BAD,
}
STAGE_LABELS = {
    Stage.WAITING: WAITS,
    Stage.SENT: WAITS,
    Stage.DELIVERED: WAITS,
    Stage.OPENED: WAITS,
    Stage.CONFIRMED: GOOD,
    Stage.DECLINED: WARNS,
    Stage.UNREACHABLE: BAD,
    Stage.WITHDRAWN: BAD,
}


@admin.register(Event)
class EventAdmin(FoundByPerson):
    list_display = ("at", "happened", "offer", "channel", "actor", "detail")
    list_select_related = ("offer",)
    list_filter = (("kind", CHOICE), ("channel", CHOICE), ("offer__branch", BranchAndBelow))
    list_filter_submit = True
    ordering = ("-id",)
    fields = ("at", "kind", "offer", "channel", "message_id", "actor", "detail")

    @column(_("what"), ordering="kind", labels=KIND_LABELS)
    def happened(self, event: Event) -> tuple[str, str]:
        return event.kind, event.get_kind_display()


@admin.register(Call)
class CallAdmin(FoundByPerson):
    """Without the notes: what people said on the telephone is for those who call them."""

    list_display = ("at", "offer", "came_to", "by", "again_at")
    list_select_related = ("offer", "by")
    list_filter = (("result", CHOICE), ("offer__branch", BranchAndBelow))
    list_filter_submit = True
    ordering = ("-id",)
    fields = ("at", "offer", "result", "by", "again_at")

    @column(_("result"), ordering="result", labels=RESULT_LABELS)
    def came_to(self, call: Call) -> tuple[str, str]:
        return call.result, call.get_result_display()


@admin.register(Progress)
class ProgressAdmin(FoundByPerson):
    list_display = (
        "offer",
        "branch",
        "how_far",
        "offered_at",
        "sent_at",
        "delivered_at",
        "opened_at",
        "answered_at",
    )
    list_select_related = ("offer__branch",)
    list_filter = (("stage", CHOICE), ("offer__branch", BranchAndBelow))
    list_filter_submit = True
    ordering = ("-offer_id",)

    @column(_("branch"))
    def branch(self, progress: Progress) -> str:
        return str(progress.offer.branch)

    @column(_("stage"), ordering="stage", labels=STAGE_LABELS)
    def how_far(self, progress: Progress) -> tuple[str, str]:
        return progress.stage, progress.get_stage_display()
