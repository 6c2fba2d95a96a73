"""What was sent, what was tried, and what carriers reported. Looked at only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import (
    BAD,
    CHOICE,
    GOOD,
    WAITS,
    WARNS,
    BranchAndBelow,
    ReadOnlyAdmin,
    ReadOnlyTable,
    column,
)
from candidates.admin import FoundByPerson
from notifications.channels import why
from notifications.models import Attempt, Message, Receipt
from notifications.states import State
from notifications.timeline import silence
from notifications.way_in import blotted

STATE_LABELS = {
    State.PLANNED: WAITS,
    State.SENDING: WAITS,
    State.UNCERTAIN: WARNS,
    State.ACCEPTED: WAITS,
    State.SKIPPED: "",
    State.DELIVERED: GOOD,
    State.EXPIRED: BAD,
    State.REJECTED: BAD,
    State.UNDELIVERED: BAD,
    State.BOUNCED: BAD,
}


class AttemptsOfMessage(ReadOnlyTable):
    model = Attempt
    fields = ("at", "provider", "outcome", "code", "detail", "milliseconds")
    ordering = ("at",)


class ReceiptsOfMessage(ReadOnlyTable):
    """Without the raw text: carriers repeat the phone number in it."""

    model = Receipt
    fields = ("received_at", "provider", "word", "outcome", "code", "reference")
    ordering = ("received_at",)


@admin.register(Message)
class MessageAdmin(FoundByPerson):
    inlines = (AttemptsOfMessage, ReceiptsOfMessage)
    list_display = (
        "created_at",
        "offer",
        "purpose",
        "channel",
        "became",
        "silent",
        "provider",
        "tries",
        "reason",
    )
    list_select_related = ("offer",)
    list_filter = (
        ("state", CHOICE),
        ("channel", CHOICE),
        ("purpose", CHOICE),
        ("offer__branch", BranchAndBelow),
    )
    list_filter_submit = True
    ordering = ("-id",)
    fields = (
        ("offer", "purpose", "occurrence"),
        ("channel", "state", "priority"),
        ("due_at", "tries"),
        ("version", "core"),
        ("sent_subject", "language"),
        "sent_text",
        ("provider", "reference", "provider_template"),
        ("error_code", "error"),
        ("created_at", "first_sent_at"),
        ("accepted_at", "delivered_at", "silent"),
    )

    @column(_("state"), ordering="state", labels=STATE_LABELS)
    def became(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    @column(_("reason"))
    def reason(self, message: Message) -> str:
        """The carrier's code in words; without words of ours, what was noted at the try."""
        return why(message.channel, message.error_code) or message.error or message.error_code

    @column(_("receipt"))
    def silent(self, message: Message) -> str:
        return silence(message)

    @column(_("subject"))
    def sent_subject(self, message: Message) -> str:
        return blotted(message.subject)

    @column(_("text"))
    def sent_text(self, message: Message) -> str:
        return blotted(message.text)


@admin.register(Attempt)
class AttemptAdmin(FoundByPerson):
    offer_path = "message__offer"
    list_display = ("at", "message", "provider", "came_to", "code", "detail", "milliseconds")
    list_select_related = ("message",)
    list_filter = (("outcome", CHOICE), "provider")
    list_filter_submit = True
    ordering = ("-id",)

    @column(_("outcome"), ordering="outcome", labels=STATE_LABELS)
    def came_to(self, attempt: Attempt) -> tuple[str, str]:
        return attempt.outcome, attempt.get_outcome_display()


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "provider", "word", "came_to", "code", "message", "reference")
    list_select_related = ("message",)
    list_filter = (("outcome", CHOICE), ("message", admin.EmptyFieldListFilter))
    list_filter_submit = True
    search_fields = ("=reference", "=key")
    search_help_text = _("The carrier's number or key")
    ordering = ("-id",)
    fields = ("received_at", "provider", "key", "reference", "message", "word", "outcome", "code")

    @column(_("outcome"), ordering="outcome", labels=STATE_LABELS)
    def came_to(self, receipt: Receipt) -> tuple[str, str]:
        return receipt.outcome, receipt.get_outcome_display()
