"""One message per occasion, on the first channel that reaches the person; the next one when it fails."""

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from branches.models import Branch
from candidates.models import Channel, Offer
from notifications.models import BranchChannels, Message, Purpose
from notifications.plan import plan, plan_fallback
from notifications.states import State
from tests.factories import CandidateFactory, OfferFactory, reached_by
from tracking.models import Kind, Stage

pytestmark = pytest.mark.django_db


def reachable(branch: Branch, *preferred: str, **addresses: str) -> Offer:
    """An offer of somebody with exactly these addresses."""
    nothing = dict.fromkeys(("phone", "email", "wechat_openid", "push_id"), "")
    candidate = CandidateFactory.create(preferred_channels=list(preferred), **nothing | addresses)
    return OfferFactory.create(branch=branch, candidate=candidate)


@pytest.fixture
def everywhere(bj_cbd: Branch) -> Offer:
    """Somebody with every address, who prefers WeChat."""
    return reachable(
        bj_cbd,
        Channel.WECHAT,
        phone="+8613800138000",
        email="xm@example.com",
        wechat_openid="oHAIYUE1",
        push_id="p1",
    )


def planned(offer: Offer) -> list[str]:
    return list(offer.messages.order_by("created_at").values_list("channel", flat=True))


# --- Which channel -------------------------------------------------------------------------------
def test_preferred_channels_come_first_then_the_bank_s_order(everywhere: Offer) -> None:
    assert reached_by(everywhere) == ["wechat", "sms", "email", "push"]


def test_a_channel_without_an_address_is_passed_over(bj_cbd: Branch) -> None:
    offer = reachable(bj_cbd, Channel.WECHAT, Channel.SMS, email="xm@example.com")
    assert reached_by(offer) == ["email"]


def test_a_channel_that_is_switched_off_is_passed_over(everywhere: Offer, settings: Settings) -> None:
    settings.WECHAT_APP_ID = settings.WECHAT_APP_SECRET = settings.WECHAT_TOKEN = ""
    assert reached_by(everywhere) == ["sms", "email", "push"]
    settings.SMS_PROVIDERS = []
    assert reached_by(everywhere) == ["email", "push"]


def test_whom_none_of_the_branch_s_channels_reaches_is_reached_as_headquarters_allows(bj_cbd: Branch) -> None:
    offer = reachable(bj_cbd, phone="+8613800138000", email="xm@example.com")
    own = BranchChannels.objects.create(branch=bj_cbd, channels=["email"])
    assert reached_by(offer) == ["email"]
    own.channels = ["push"]
    own.save()
    assert reached_by(offer) == ["sms", "email"]


# --- Planning ------------------------------------------------------------------------------------
def test_a_message_is_planned_and_a_worker_woken_only_after_the_commit(
    everywhere: Offer, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        message = plan(offer=everywhere, purpose=Purpose.PASS_NOTICE, facts={"decision": "同意"})
    assert message is not None
    assert (message.channel, message.state, message.facts) == (
        "wechat",
        State.PLANNED,
        '{"decision": "同意"}',
    )
    assert len(callbacks) == 1


def test_planning_the_same_thing_again_plans_nothing(everywhere: Offer) -> None:
    first = plan(offer=everywhere, purpose=Purpose.PASS_NOTICE)
    assert plan(offer=everywhere, purpose=Purpose.PASS_NOTICE) == first
    assert planned(everywhere) == ["wechat"]


def test_another_occurrence_is_another_message_on_the_first_channel(everywhere: Offer) -> None:
    plan(offer=everywhere, purpose=Purpose.CHANGE_OF_FACTS, occurrence="1")
    plan(offer=everywhere, purpose=Purpose.CHANGE_OF_FACTS, occurrence="2")
    assert planned(everywhere) == ["wechat", "wechat"]


def refuse(message: Message) -> None:
    message.state = State.REJECTED
    message.save(update_fields=["state"])


# --- Falling back --------------------------------------------------------------------------------
def test_a_failed_message_goes_to_the_next_channel_with_its_facts_until_none_is_left(
    everywhere: Offer,
) -> None:
    message = plan(offer=everywhere, purpose=Purpose.CHANGE_OF_FACTS, occurrence="3", facts={"decision": "x"})
    while message:
        refuse(message)
        assert (message.purpose, message.occurrence) == (Purpose.CHANGE_OF_FACTS, "3")
        assert message.facts == '{"decision": "x"}'
        message = plan_fallback(message)
    assert planned(everywhere) == ["wechat", "sms", "email", "push"]
    everywhere.progress.refresh_from_db()
    assert everywhere.progress.stage == Stage.UNREACHABLE
    assert everywhere.events.get(kind=Kind.UNREACHABLE).detail == Purpose.CHANGE_OF_FACTS


def test_a_message_that_fails_a_second_time_does_not_go_out_a_third(everywhere: Offer) -> None:
    """Reported undelivered, then delivered, then bounced: its fallback is under way already."""
    first = plan(offer=everywhere, purpose=Purpose.PASS_NOTICE)
    assert first is not None
    fallback = plan_fallback(first)
    assert plan_fallback(first) == fallback
    assert planned(everywhere) == ["wechat", "sms"]


def test_who_has_no_address_is_left_to_hr(bj_cbd: Branch) -> None:
    nobody = reachable(bj_cbd)
    assert plan(offer=nobody, purpose=Purpose.PASS_NOTICE) is None
    assert not Message.objects.exists()
    nobody.progress.refresh_from_db()
    assert nobody.progress.stage == Stage.UNREACHABLE


@pytest.mark.parametrize(
    ("purpose", "priority"),
    [
        (Purpose.PASS_NOTICE, Message.Priority.NOTICE),
        (Purpose.CHANGE_OF_FACTS, Message.Priority.NOTICE),
        (Purpose.THE_DAY, Message.Priority.NOTICE),
        (Purpose.UNREAD, Message.Priority.REMINDER),
        (Purpose.ONE_DAY, Message.Priority.REMINDER),
    ],
)
def test_a_reminder_waits_behind_what_somebody_is_waiting_for(
    offer: Offer, purpose: Purpose, priority: int
) -> None:
    planned = plan(offer=offer, purpose=purpose)
    assert planned is not None
    assert (planned.priority, planned.share_of) == (priority, offer.branch)
