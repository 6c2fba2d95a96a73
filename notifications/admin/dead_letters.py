"""Messages that reached nobody: why, whether they are still needed, and a way to say them once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import CHOICE, BranchAndBelow, column, confirmed_action, go_to
from branches.models import User
from candidates.admin import FoundByPerson
from notifications.admin.sent import AttemptsOfMessage, MessageAdmin, ReceiptsOfMessage
from notifications.models import DeadLetter, Message
from notifications.repetition import NotRepeated, WhyNot, may_be_out, say_again
from notifications.steering import may_steer
from notifications.wanted import is_wanted

WHY_NOT = {
    WhyNot.NOT_DEAD: _("It has reached the person meanwhile, is under way, or was tried again already."),
    WhyNot.UNWANTED: _("It is no longer needed: the offer stands differently now, or its day is over."),
    WhyNot.NO_CHANNEL: _("No channel reaches the person now."),
    WhyNot.MAY_BE_OUT: _("The carrier may have it already."),
}


@admin.register(DeadLetter)
class DeadLetterAdmin(FoundByPerson):
    inlines = (AttemptsOfMessage, ReceiptsOfMessage)
    list_display = ("created_at", "offer", "purpose", "channel", "became", "reason", "needed")
    list_filter = (("channel", CHOICE), ("purpose", CHOICE), ("offer__branch", BranchAndBelow))
    list_select_related = ("offer",)
    list_filter_submit = True
    ordering = ("-created_at", "-id")
    fields = (
        ("reason", "needed", "maybe_out"),
        ("offer", "purpose", "occurrence"),
        ("channel", "state", "tries"),
        ("sent_subject", "language"),
        "sent_text",
        ("provider", "reference"),
        ("error_code", "error"),
        ("created_at", "first_sent_at", "accepted_at"),
    )
    actions_detail = ("try_again",)

    became, reason = MessageAdmin.became, MessageAdmin.reason
    sent_subject, sent_text = MessageAdmin.sent_subject, MessageAdmin.sent_text

    @column(_("still needed"), boolean=True)
    def needed(self, message: Message) -> bool:
        return is_wanted(message)

    @column(_("the carrier may have it"))
    def maybe_out(self, message: Message) -> str:
        return gettext("yes, nobody knows") if may_be_out(message) else gettext("no")

    def has_try_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return isinstance(request.user, User) and may_steer(request.user)

    @confirmed_action(
        _("Try again"),
        question=_(
            "The message is planned once more, on its own channel if that still reaches the person. If the carrier may "
            "have it already, the person may get it twice."
        ),
        icon="replay",
        permissions=["try_again"],
    )
    def try_again(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        person = request.user if isinstance(request.user, User) else None
        listed = reverse("admin:notifications_deadletter_changelist")
        try:
            again = say_again(self._listed(request, object_id), by=person, also_uncertain=True)
        except NotRepeated as refused:
            messages.warning(request, str(WHY_NOT[refused.why]))
            return go_to(listed)
        words = gettext("The message is planned once more, by %(channel)s.")
        said = words % {"channel": again.get_channel_display()}
        self.log_change(request, again, said)
        messages.success(request, said)
        return go_to(reverse("admin:notifications_message_change", args=[again.pk]))

    def _listed(self, request: HttpRequest, object_id: str) -> UUID:
        """Raises NotRepeated for what is no longer in the list, or is no id at all."""
        dead = self.get_object(request, object_id)
        if dead is None:
            raise NotRepeated(WhyNot.NOT_DEAD)
        return UUID(str(dead.pk))
