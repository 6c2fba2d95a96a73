"""Headquarters steers the outbox from the admin: pauses, and messages that reached nobody."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import RefusedAttempt, User
from candidates.models import Offer, OfferState
from hrnotify.admin_front import channel_health
from notifications.models import ChannelPause, DeadLetter, Message
from notifications.pauses import pause, pauses
from notifications.states import State
from tests.factories import MessageFactory
from tests.notifications.admin_pages import DIALOG, as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]
pytestmark = pytest.mark.django_db
FRONT = "/admin/"
PAUSE, RESUME = (f"/admin/channels/sms/{what}/" for what in ("pause", "resume"))


@pytest.fixture
def dead(offer: Offer) -> Message:
    return MessageFactory.create(offer=offer, state=State.REJECTED, error_code="21211", error="refused")


def try_again(message: Message) -> str:
    return reverse("admin:notifications_deadletter_try_again", args=[message.pk])


# --- Pauses ---------------------------------------------------------------------------------------
def test_opening_the_page_pauses_nothing_and_posting_it_does(as_hq: Client, hq: User) -> None:
    assert as_hq.get(PAUSE).status_code == 200
    assert pauses() == {}
    as_hq.post(PAUSE, {"reason": "The carrier bills twice"})
    assert (pauses()["sms"].by, pauses()["sms"].reason) == (hq, "The carrier bills twice")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_pause_needs_a_reason(as_hq: Client, reason: str) -> None:
    answer = as_hq.post(PAUSE, {"reason": reason})
    assert "reason" in answer.context["form"].errors
    assert pauses() == {}


def test_the_front_page_says_since_when_by_whom_and_why(as_hq: Client, hq: User) -> None:
    shown = as_hq.get(FRONT).content.decode()
    assert PAUSE in shown
    held = pause(channel="sms", by=hq, reason="The carrier bills twice")
    shown = as_hq.get(FRONT).content.decode()
    assert f"{timezone.localtime(held.since):%Y-%m-%d %H:%M}" in shown
    assert str(hq) in shown
    assert "The carrier bills twice" in shown
    assert RESUME in shown
    assert PAUSE not in shown
    assert channel_health(now=timezone.now())[0].paused == held


def test_resuming_asks_too_and_says_how_much_waits(as_hq: Client, hq: User, offer: Offer) -> None:
    pause(channel="sms", by=hq, reason="x")
    MessageFactory.create(offer=offer)
    assert as_hq.get(RESUME).context["waiting"].due == 1
    assert pauses()
    as_hq.post(RESUME)
    assert pauses() == {}


def test_what_is_so_already_is_told_and_stays(as_hq: Client, hq: User) -> None:
    assert as_hq.post(RESUME, follow=True).redirect_chain == [(FRONT, 302)]
    pause(channel="sms", by=hq, reason="first")
    as_hq.post(PAUSE, {"reason": "second"})
    assert pauses()["sms"].reason == "first"


def test_a_channel_that_does_not_exist_has_no_page(as_hq: Client) -> None:
    assert as_hq.get("/admin/channels/fax/pause/").status_code == 404


def test_the_audit_keeps_who_paused_and_who_resumed(as_hq: Client, hq: User) -> None:
    as_hq.post(PAUSE, {"reason": "The carrier bills twice"})
    record = ChannelPause.objects.get().pk
    as_hq.post(RESUME)
    shown = as_hq.get(reverse("admin:audit_changes"), {"record": str(record)})
    deleted, added = shown.context["page"].changes
    assert {added.who, deleted.who} == {str(hq)}
    assert (added.record, deleted.record) == ("短信", "短信")
    assert "The carrier bills twice" in shown.content.decode()


def test_an_auditor_looks_on_and_a_try_is_on_record(as_auditor: Client, hq: User) -> None:
    assert PAUSE not in as_auditor.get(FRONT).content.decode()
    assert as_auditor.get(PAUSE).status_code == 403
    assert as_auditor.post(PAUSE, {"reason": "x"}).status_code == 403
    held = pause(channel="sms", by=hq, reason="x")
    assert as_auditor.post(RESUME).status_code == 403
    assert pauses() == {"sms": held}
    assert RefusedAttempt.objects.count() == 2


# --- What reached nobody --------------------------------------------------------------------------
def test_the_list_shows_why_and_the_newest_first(as_hq: Client, dead: Message, sh_offer: Offer) -> None:
    newer = MessageFactory.create(offer=sh_offer, state=State.EXPIRED, error="cannot be composed")
    MessageFactory.create(offer=sh_offer, purpose="the_day", state=State.DELIVERED)
    answer = as_hq.get(page(DeadLetter))
    assert [row.pk for row in answer.context["cl"].result_list] == [newer.pk, dead.pk]
    shown = answer.content.decode()
    assert "cannot be composed" in shown
    assert "21211" not in shown


def test_trying_again_asks_first_and_twice_plans_once(as_hq: Client, dead: Message) -> None:
    assert as_hq.get(try_again(dead)).status_code == 200
    assert Message.objects.count() == 1
    answer = as_hq.post(try_again(dead), DIALOG)
    again = Message.objects.exclude(pk=dead.pk).get()
    assert answer["HX-Redirect"] == page(Message, "change", again.pk)
    assert again.state == State.PLANNED
    assert as_hq.post(try_again(dead), DIALOG)["HX-Redirect"] == page(DeadLetter)
    assert Message.objects.count() == 2
    assert not as_hq.get(page(DeadLetter)).context["cl"].result_list


def test_what_nobody_needs_any_more_is_not_tried_again(as_hq: Client, dead: Message) -> None:
    Offer.objects.update(state=OfferState.WITHDRAWN)
    as_hq.post(try_again(dead), DIALOG)
    assert Message.objects.count() == 1


def test_an_address_that_is_no_id_breaks_nothing(as_hq: Client, hq: User) -> None:
    address = reverse("admin:notifications_deadletter_try_again", args=["nonsense"])
    assert as_hq.post(address, DIALOG)["HX-Redirect"] == page(DeadLetter)


def test_an_auditor_sees_the_list_and_cannot_try_again(as_auditor: Client, dead: Message) -> None:
    assert as_auditor.get(page(DeadLetter, "change", dead.pk)).status_code == 200
    assert as_auditor.post(try_again(dead), DIALOG).status_code == 403
    assert Message.objects.count() == 1
