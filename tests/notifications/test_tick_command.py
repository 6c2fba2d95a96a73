"""One round of the planner, for now or for any moment."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from candidates.models import Offer
from notifications.models import Message, ReminderRule, Schedule
from notifications.states import State
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db


def tick(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    call_command("tick", *arguments)
    return dict(part.split(": ") for part in capsys.readouterr().out.strip().split(", "))


def test_it_says_what_is_due_on_each_channel(offer: Offer, capsys: pytest.CaptureFixture[str]) -> None:
    MessageFactory.create(offer=offer)
    MessageFactory.create(offer=offer, channel="email")
    MessageFactory.create(offer=offer, channel="wechat", due_at=timezone.now() + timedelta(days=1))
    counts = tick(capsys)
    assert (counts["sms"], counts["email"], counts["swept"]) == ("1", "1", "0")
    assert "wechat" not in counts


def test_it_works_as_if_it_were_the_moment_named(offer: Offer, capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now()
    lost = MessageFactory.create(offer=offer, state=State.SENDING, lease_until=now + timedelta(minutes=1))
    MessageFactory.create(offer=offer, channel="wechat", due_at=now + timedelta(days=1))
    assert tick(capsys)["swept"] == "0"
    counts = tick(capsys, "--at", (now + timedelta(days=2)).isoformat())
    assert (counts["swept"], counts["sms"], counts["wechat"]) == ("1", "1", "1")
    assert Message.objects.get(pk=lost.pk).state == State.UNCERTAIN


@pytest.mark.parametrize("days", [2, 20])  # before the first day, and after it
def test_what_lies_before_the_moment_named_still_comes_in_its_time(
    offer: Offer, capsys: pytest.CaptureFixture[str], days: int
) -> None:
    ReminderRule.objects.create(kind="unread", anchor="notice", amount=24)
    now = timezone.now()
    MessageFactory.create(offer=offer, state=State.DELIVERED, provider="twilio", accepted_at=now)
    ahead = (now + timedelta(days=days)).isoformat()
    assert tick(capsys, "--at", ahead)["looked_at"] == "1"
    offer.messages.filter(purpose="unread").delete()  # as if it had not been due by then
    assert tick(capsys, "--at", ahead)["looked_at"] == "0"
    assert tick(capsys)["looked_at"] == "1"
    assert Schedule.objects.get(pk=offer.pk).look_at == now + timedelta(hours=24)


@pytest.mark.parametrize("moment", ["2026-12-04T09:00:00", "tomorrow", "2026-13-01T09:00:00+08:00", ""])
def test_a_moment_without_an_offset_is_refused_with_a_hint(moment: str) -> None:
    with pytest.raises(CommandError, match="ISO 8601 with an offset"):
        call_command("tick", f"--at={moment}")
