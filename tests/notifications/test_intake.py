"""Results in: new ones together, known ones one by one, and what is kept of each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.models import Branch
from candidates.models import InterviewSource, Offer, OfferState, Signal
from candidates.payload import InvalidResult, parse_result
from notifications.intake import AlreadyConfirmed, Incoming, Outcome, Taken, take_signals
from notifications.models import Message, Purpose
from notifications.policy import Policy
from notifications.states import State
from tests import platform
from tracking.answers import confirm
from tracking.models import Actor, Event, Kind, Progress, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bj_cbd", "sh_ljz")]
# What a text can hold that an array of PostgreSQL writes in a way of its own.
AWKWARD = ['a"b', "a\\b", "a,b", "{a}", "NULL", "null", "%s", "a'b", " a", "；DROP"]


def incoming(source: InterviewSource, delivery: str, **changes: Any) -> Incoming:
    body = platform.encode(platform.result(**changes)).decode()
    return Incoming(source, delivery, body, parse_result(body))


def several(source: InterviewSource, count: int, *, first: int = 0) -> list[Incoming]:
    """Results of as many people, for two branches in turns."""
    return [
        incoming(
            source,
            f"msg_{number}",
            interview_id=f"AI-{number:04d}",
            branch="BJ-CBD" if number % 2 else "SH-LJZ",
            candidate__phone=f"+86138{number:08d}",
        )
        for number in range(first, first + count)
    ]


def verdicts(outcomes: list[Outcome]) -> list[str]:
    return [_verdict(one) for one in outcomes]


def _verdict(outcome: Outcome) -> str:
    if isinstance(outcome, Taken):
        return "duplicate" if outcome.repeated else str(outcome.verdict)
    return type(outcome).__name__


# --- What is kept --------------------------------------------------------------------------------
def test_all_of_a_new_result_is_kept(source: InterviewSource, bj_cbd: Branch) -> None:
    before = timezone.now()
    one = incoming(source, "msg_1")
    [taken] = take_signals([one])
    assert isinstance(taken, Taken)
    offer = Offer.objects.select_related("candidate", "branch").get()
    person = offer.candidate
    assert (person.name, person.phone, person.email) == ("王小明", "+8613800138000", "xm@example.com")
    assert (person.category, person.style, person.preferred_channels) == (
        "campus",
        "concise",
        ["wechat", "sms"],
    )
    assert (offer.pk, offer.branch, offer.state) == (taken.offer_id, bj_cbd, OfferState.OFFERED)
    assert (offer.position_code, str(offer.score)) == ("TELLER", "86.50")
    signal = Signal.objects.get()
    assert (signal.pk, signal.offer, signal.verdict) == (taken.signal_id, offer, "accepted")
    assert json.loads(signal.body) == platform.RESULT
    event = Event.objects.get()
    assert (event.offer, event.kind, event.actor) == (offer, Kind.OFFERED, Actor.PLATFORM)
    progress = Progress.objects.get()
    assert (progress.offer, progress.stage, progress.offered_at) == (offer, Stage.WAITING, event.at)
    message = Message.objects.get()
    assert (message.offer, message.channel, message.share_of) == (offer, "sms", bj_cbd)
    assert (message.purpose, message.state, message.tries) == (Purpose.PASS_NOTICE, State.PLANNED, 0)
    assert before <= message.due_at == event.at <= signal.received_at <= timezone.now()


def test_the_people_of_a_batch_are_told_apart(source: InterviewSource) -> None:
    take_signals(several(source, 20))
    for offer in Offer.objects.select_related("candidate", "branch"):
        number = int(offer.interview_id.removeprefix("AI-"))
        assert offer.candidate.phone == f"+86138{number:08d}"
        assert offer.branch.code == ("BJ-CBD" if number % 2 else "SH-LJZ")
        assert offer.messages.get().share_of == offer.branch
        assert offer.events.get().kind == Kind.OFFERED
        assert offer.signals.get().webhook_id == f"msg_{number}"
        assert list(Offer.objects.search(offer.candidate.phone)) == [offer]
    assert Offer.objects.search("王小明").count() == 20


def test_people_of_one_name_do_not_show_it_by_equal_ciphertexts(source: InterviewSource) -> None:
    take_signals(several(source, 3))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT name), count(DISTINCT name_index) FROM candidates_candidate")
        assert cursor.fetchone() == (3, 1)


def test_texts_come_back_as_they_were_written(source: InterviewSource) -> None:
    batch = [incoming(source, text, interview_id=text.strip(), position__title=text) for text in AWKWARD]
    assert verdicts(take_signals(batch)) == ["accepted"] * len(AWKWARD)
    kept = Offer.objects.values_list("interview_id", "position_title", "signals__webhook_id")
    assert set(kept) == {(text.strip(), text.strip(), text) for text in AWKWARD}


def test_each_keeps_the_channels_of_choice_and_is_planned_on_the_first_that_reaches(
    source: InterviewSource,
) -> None:
    wishes = [[], ["email"], ["wechat", "email", "sms"], ["push", "sms"]]
    batch = [
        incoming(source, f"msg_{number}", interview_id=f"AI-{number}", candidate__preferred_channels=wish)
        for number, wish in enumerate(wishes)
    ]
    take_signals(batch)
    offers = Offer.objects.order_by("interview_id").select_related("candidate")
    assert [offer.candidate.preferred_channels for offer in offers] == wishes
    assert [offer.messages.get().channel for offer in offers] == ["sms", "email", "email", "sms"]


def test_whom_no_channel_reaches_is_shown_to_hr(
    source: InterviewSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "JPUSH_APP_KEY", "")
    only_push = {"phone": None, "email": None, "push_id": "1a0018970a"}
    changes = {f"candidate__{name}": value for name, value in only_push.items()}
    [taken] = take_signals([incoming(source, "msg_1", **changes)])
    assert verdicts([taken]) == ["accepted"]
    assert not Message.objects.exists()
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        Kind.OFFERED,
        Kind.UNREACHABLE,
    ]
    assert Progress.objects.get().stage == Stage.UNREACHABLE


# --- How much it takes ---------------------------------------------------------------------------
def test_a_batch_takes_as_few_statements_as_a_single_result(source: InterviewSource) -> None:
    Policy.current()  # read once by each process, as long as nothing is stated anew
    taken = []
    for batch in (several(source, 1), several(source, 200, first=1)):
        with CaptureQueriesContext(connection) as asked:
            take_signals(batch)
        taken.append(len(asked))
    # Two that begin and end the transaction (here savepoints), what is known, the offers, all the rest.
    assert taken == [5, 5]


def test_a_repeated_batch_takes_one_question(source: InterviewSource) -> None:
    take_signals(several(source, 50))
    with CaptureQueriesContext(connection) as asked:
        outcomes = take_signals(several(source, 50))
    assert set(verdicts(outcomes)) == {"duplicate"}
    assert len(asked) == 3


def test_a_batch_said_again_under_other_ids_takes_one_question_more(source: InterviewSource) -> None:
    first = take_signals(several(source, 50))
    again = [Incoming(source, f"again_{one.webhook_id}", one.body, one.result) for one in several(source, 50)]
    with CaptureQueriesContext(connection) as asked:
        outcomes = take_signals(again)
    assert set(verdicts(outcomes)) == {"duplicate"}
    assert [one.offer_id for one in outcomes if isinstance(one, Taken)] == [
        one.offer_id for one in first if isinstance(one, Taken)
    ]
    assert len(asked) == 4


# --- Several about one interview, within one batch -------------------------------------------------
def test_the_same_interview_twice_is_one_offer_and_a_duplicate(source: InterviewSource) -> None:
    first, second = take_signals([incoming(source, "msg_1"), incoming(source, "msg_2")])
    assert verdicts([first, second]) == ["accepted", "duplicate"]
    assert isinstance(first, Taken)
    assert isinstance(second, Taken)
    assert (second.offer_id, second.signal_id) == (first.offer_id, first.signal_id)
    assert (Offer.objects.count(), Signal.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_the_later_of_two_about_one_interview_changes_the_earlier(source: InterviewSource) -> None:
    batch = [incoming(source, "msg_1"), incoming(source, "msg_2", position__title="客户经理")]
    assert verdicts(take_signals(batch)) == ["accepted", "updated"]
    assert Offer.objects.get().position_title == "客户经理"


def test_a_pass_taken_back_in_the_same_batch_is_withdrawn(source: InterviewSource) -> None:
    batch = [incoming(source, "msg_1"), incoming(source, "msg_2", result="failed")]
    assert verdicts(take_signals(batch)) == ["accepted", "updated"]
    assert Offer.objects.get().state == OfferState.WITHDRAWN


def test_a_failure_corrected_in_the_same_batch_is_a_pass(source: InterviewSource) -> None:
    batch = [incoming(source, "msg_1", result="failed"), incoming(source, "msg_2")]
    assert verdicts(take_signals(batch)) == ["not_passed", "accepted"]
    assert Message.objects.count() == 1


# --- Everything at once ----------------------------------------------------------------------------
def test_each_of_a_mixed_batch_gets_its_own_answer(source: InterviewSource) -> None:
    take_signals(
        [incoming(source, "old_1", interview_id="known"), incoming(source, "old_2", interview_id="firm")]
    )
    confirm(offer=Offer.objects.get(interview_id="firm"), channel="sms")
    batch = [
        incoming(source, "msg_1", interview_id="new"),
        incoming(source, "old_1", interview_id="known"),
        incoming(source, "msg_2", interview_id="known"),
        incoming(source, "msg_3", interview_id="nowhere", branch="XX"),
        incoming(source, "msg_4", interview_id="known", score=90),
        incoming(source, "msg_5", interview_id="firm", score=90),
        incoming(source, "msg_6", interview_id="no", result="failed"),
        incoming(source, "msg_7", interview_id="known", branch="XX"),
        incoming(source, "msg_8", interview_id="newer"),
    ]
    outcomes = take_signals(batch)
    assert verdicts(outcomes) == [
        "accepted",
        "duplicate",
        "duplicate",
        "InvalidResult",
        "updated",
        "AlreadyConfirmed",
        "not_passed",
        "InvalidResult",
        "accepted",
    ]
    nowhere, firm = outcomes[3], outcomes[5]
    assert isinstance(nowhere, InvalidResult)
    assert isinstance(firm, AlreadyConfirmed)
    assert nowhere.problems[0].field == "data.branch"
    assert firm.offer_id == Offer.objects.get(interview_id="firm").pk
    assert set(Signal.objects.values_list("webhook_id", flat=True)) == {
        *("old_1", "old_2"),
        *("msg_1", "msg_4", "msg_6", "msg_8"),
    }


def test_a_delivery_s_id_used_again_for_another_interview_is_the_first_delivery(
    source: InterviewSource,
) -> None:
    [first] = take_signals([incoming(source, "msg_1", interview_id="one")])
    [again] = take_signals([incoming(source, "msg_1", interview_id="another")])
    assert verdicts([again]) == ["duplicate"]
    assert isinstance(first, Taken)
    assert isinstance(again, Taken)
    assert again.offer_id == first.offer_id
    assert Offer.objects.count() == 1


def test_nothing_makes_nothing(source: InterviewSource) -> None:
    assert take_signals([]) == []
