"""Claim, finish, sweep: on real PostgreSQL, with workers that meet, are slow, or die."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from branches.models import Branch, CalendarDay
from candidates.models import Offer, OfferState, PageToken
from candidates.payload import parse_result
from notifications.catalogue import Catalogue
from notifications.channels import TRANSPORTS
from notifications.channels.base import Accepted, TransportError
from notifications.intake import take_signal
from notifications.models import Attempt, Message, Purpose, SendWindow, TemplateVersion
from notifications.outbox import (
    Batch,
    Tried,
    claim,
    finish,
    sweep,
)
from notifications.policy import Policy
from notifications.receipts import take_receipts
from notifications.retry import FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS, MAX_TRIES, retry_delay
from notifications.states import State
from tests import platform
from tests.factories import LocalValueFactory, MessageFactory, OfferFactory, published
from tests.notifications.twilio_receipts import receipt
from tests.notifications.workers import own_connection, somebody_waits_for_a_lock
from tests.sandbox.running import GATEWAY_SECRET, eventually
from tracking.models import Event, Kind, Progress, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pass_notice")]

TWILIO = TRANSPORTS["twilio"]
NO_ANSWER = TransportError("no answer", code="ReadTimeout", uncertain=True)
AWAY = TransportError("away", code="NewConnectionError")
REFUSED = TransportError("refused", code="21211", permanent=True)
THROTTLED = TransportError("too many", code="20429", throttled=True, retry_after=7)


@pytest.fixture
def message(offer: Offer) -> Message:
    return MessageFactory.create(offer=offer)


def take(limit: int = 10) -> Batch:
    return claim(transport=TWILIO, limit=limit)


def end(batch: Batch, outcome: Accepted | TransportError, *, at: datetime | None = None) -> None:
    """The same outcome for everything in the batch."""
    at = at or timezone.now()
    finish(lease=batch.lease, tried=[Tried(one.message_id, outcome, at, 12) for one in batch.envelopes])


def due_again(message: Message) -> None:
    """Its time has come once more."""
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def now_of(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# --- Claim --------------------------------------------------------------------------------------
def test_a_claim_freezes_the_text_with_its_version_and_leases_the_row(
    message: Message, pass_notice: TemplateVersion
) -> None:
    [envelope] = take().envelopes
    claimed = now_of(message)
    assert (claimed.state, claimed.provider, claimed.tries) == (State.SENDING, "twilio", 1)
    assert claimed.version == pass_notice
    assert claimed.text == envelope.text
    assert "王小明" in envelope.text
    assert (envelope.to, envelope.first_sent_at) == ("+8613800138000", None)
    assert claimed.lease_until is not None
    assert claimed.lease_until > timezone.now()


def test_a_claimed_row_is_not_claimed_again(message: Message) -> None:
    assert len(take().envelopes) == 1
    assert not take()


def test_what_is_not_due_or_on_another_channel_is_left(offer: Offer) -> None:
    MessageFactory.create(offer=offer, due_at=timezone.now() + timedelta(minutes=1))
    MessageFactory.create(offer=offer, channel="email")
    assert not take()


@pytest.mark.parametrize("state", [state for state in State if state not in {State.PLANNED, State.UNCERTAIN}])
def test_a_row_in_any_other_state_is_left(message: Message, state: State) -> None:
    Message.objects.update(state=state)
    assert not take()


def test_the_most_urgent_go_first_and_among_them_the_oldest(bj_cbd: Branch) -> None:
    now = timezone.now()
    rows = [(Message.Priority.BULK, 3), (Message.Priority.NOTICE, 1), (Message.Priority.NOTICE, 2)]
    made = [
        MessageFactory.create(
            offer=OfferFactory.create(branch=bj_cbd),
            priority=priority,
            due_at=now - timedelta(minutes=age),
        )
        for priority, age in rows
    ]
    order = [take(limit=1).envelopes[0].message_id for _ in rows]
    assert order == [made[2].pk, made[1].pk, made[0].pk]


def test_each_text_has_a_key_of_its_own_that_opens_the_page(message: Message, english_offer: Offer) -> None:
    english_offer.candidate.phone = "+4915112345678"
    english_offer.candidate.save()
    MessageFactory.create(offer=english_offer)
    links = [envelope.link for envelope in take().envelopes if envelope.link]
    assert len(links) == 1  # to a Chinese number goes a code, no link
    found = PageToken.objects.find(links[0].rstrip("/").rpartition("/")[2])
    assert found is not None
    assert found.offer == english_offer
    assert PageToken.objects.count() == 2


@pytest.mark.parametrize("state", [OfferState.DECLINED, OfferState.WITHDRAWN])
def test_what_nobody_needs_any_more_is_skipped_and_the_skipping_noted(message: Message, state: str) -> None:
    Offer.objects.update(state=state)
    batch = take()
    assert batch.envelopes == []
    assert batch  # there may be more behind it
    assert now_of(message).state == State.SKIPPED
    assert Event.objects.get(kind=Kind.SKIPPED).message_id == message.pk
    assert not PageToken.objects.exists()


def test_a_withdrawal_is_told_only_while_the_offer_is_withdrawn(offer: Offer) -> None:
    published(Purpose.WITHDRAWAL)
    told = MessageFactory.create(offer=offer, purpose=Purpose.WITHDRAWAL)
    taken_back = MessageFactory.create(offer=offer, purpose=Purpose.WITHDRAWAL, occurrence="2")
    Message.objects.filter(pk=taken_back.pk).update(due_at=timezone.now() + timedelta(minutes=1))
    Offer.objects.update(state=OfferState.WITHDRAWN)
    assert [envelope.message_id for envelope in take().envelopes] == [told.pk]
    Offer.objects.update(state=OfferState.OFFERED)
    due_again(taken_back)
    take()
    assert now_of(taken_back).state == State.SKIPPED


def test_a_message_without_a_text_is_put_back_and_holds_up_nobody(message: Message, sh_offer: Offer) -> None:
    untold = MessageFactory.create(offer=sh_offer, purpose=Purpose.HR_REPLY)
    assert [envelope.message_id for envelope in take().envelopes] == [message.pk]
    waiting = now_of(untold)
    assert (waiting.state, waiting.tries) == (State.PLANNED, 1)
    assert "hr_reply" in waiting.error
    assert waiting.due_at > timezone.now() + timedelta(minutes=14)
    assert not take()


def test_a_message_that_never_gets_a_text_is_given_up_with_its_reason(offer: Offer) -> None:
    untold = MessageFactory.create(offer=offer, purpose=Purpose.HR_REPLY)
    for _ in range(MAX_TRIES + 1):
        due_again(untold)
        take()
    given_up = now_of(untold)
    assert given_up.state == State.EXPIRED
    assert "hr_reply" in given_up.error
    assert offer.events.filter(kind=Kind.FAILED).count() == 1


@pytest.mark.parametrize(
    "facts", ['{"changes": [{"what": "nothing"}]}', "not json", '{"changes": [1]}', "[]"]
)
def test_a_message_whose_facts_cannot_be_read_holds_up_nobody(
    message: Message, sh_offer: Offer, facts: str
) -> None:
    spoilt = MessageFactory.create(offer=sh_offer, facts=facts)
    assert [envelope.message_id for envelope in take().envelopes] == [message.pk]
    assert now_of(spoilt).state == State.PLANNED
    assert "cannot be composed" in now_of(spoilt).error


def test_a_branch_whose_time_zone_does_not_exist_holds_up_no_other(message: Message, sh_offer: Offer) -> None:
    MessageFactory.create(offer=sh_offer)
    Branch.objects.filter(pk=sh_offer.branch_id).update(time_zone="Asia/Shangai")
    assert [envelope.message_id for envelope in take().envelopes] == [message.pk]


@pytest.mark.parametrize("spoilt", [{"time_zone": "Asia/Shangai"}, {}])
def test_a_branch_of_which_nobody_knows_when_it_sends_holds_up_no_other(
    message: Message, sh_offer: Offer, spoilt: dict[str, str]
) -> None:
    """A mistyped time zone, and a calendar in which nobody works for months."""
    MessageFactory.create(offer=sh_offer)
    branch = sh_offer.branch
    SendWindow.objects.create(branch=branch, opens_at=time.min, closes_at=time(23, 59), off_days="later")
    today = timezone.now().date()
    closed = [today + timedelta(days=number) for number in range(-1, 99)]
    CalendarDay.objects.bulk_create([CalendarDay(branch=branch, day=day) for day in closed])
    if spoilt:
        Branch.objects.filter(pk=branch.pk).update(**spoilt)
    assert message.pk in [envelope.message_id for envelope in take().envelopes]


@pytest.mark.parametrize("condition", [{"evil": 1}, {"category": 1}, {"category": {"is": 1}}])
def test_a_condition_that_is_none_holds_up_only_whom_it_is_about(
    message: Message, sh_offer: Offer, condition: object
) -> None:
    spoilt = MessageFactory.create(offer=sh_offer)
    LocalValueFactory.create(branch=sh_offer.branch, condition=condition)
    assert [envelope.message_id for envelope in take().envelopes] == [message.pk]
    assert "cannot be composed" in now_of(spoilt).error


def test_a_version_published_meanwhile_is_used_by_what_was_not_sent_and_by_nothing_else(
    message: Message, sh_offer: Offer
) -> None:
    sent_before = take()
    end(sent_before, Accepted("SM1"))
    frozen = now_of(message)
    later = MessageFactory.create(offer=sh_offer)
    new = published()
    end(take(), Accepted("SM2"))
    assert now_of(later).version == new
    assert (now_of(message).version, now_of(message).text) == (frozen.version, frozen.text)


# --- Two workers --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_row(bj_cbd: Branch) -> None:
    for _ in range(40):
        MessageFactory.create(offer=OfferFactory.create(branch=bj_cbd))
    start = Barrier(4)

    def work() -> list[object]:
        with own_connection():
            start.wait()
            taken: list[object] = []
            while batch := take(limit=3):
                taken += [envelope.message_id for envelope in batch.envelopes]
            return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [one for done in [pool.submit(work) for _ in range(4)] for one in done.result()]
    assert len(taken) == len(set(taken)) == 40
    assert set(Message.objects.values_list("tries", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_row_another_worker_is_just_claiming_is_passed_by(message: Message, sh_offer: Offer) -> None:
    free = MessageFactory.create(offer=sh_offer)

    def claim_elsewhere() -> list[object]:
        with own_connection():
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")  # an error instead of waiting for ever
            return [envelope.message_id for envelope in take().envelopes]

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Message.objects.select_for_update().get(pk=message.pk)
        assert pool.submit(claim_elsewhere).result() == [free.pk]


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_waits_for_the_worker_that_finishes_without_stopping_it(message: Message) -> None:
    """A worker locks messages, then Progress. In the other order the two would wait for each other."""

    def withdraw() -> None:
        with own_connection():
            take_result_back(message.offer)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Message.objects.select_for_update(no_key=True).get(pk=message.pk)
            withdrawal = pool.submit(withdraw)
            eventually(somebody_waits_for_a_lock)
            assert Progress.objects.select_for_update(no_key=True, nowait=True).filter(pk=message.offer_id)
        withdrawal.result()
    assert Progress.objects.get(pk=message.offer_id).stage == Stage.WITHDRAWN


def take_result_back(offer: Offer) -> None:
    given = platform.result(interview_id=offer.interview_id, result="failed")
    take_signal(source=offer.source, webhook_id="msg_1", body="", result=parse_result(platform.encode(given)))


# --- Finish: accepted ---------------------------------------------------------------------------
def test_an_accepted_message_keeps_the_carrier_s_number_and_is_told(message: Message) -> None:
    end(take(), Accepted("SM1"))
    done = now_of(message)
    assert (done.state, done.reference, done.error) == (State.ACCEPTED, "SM1", "")
    assert done.accepted_at is not None
    assert Progress.objects.get(pk=message.offer_id).stage == Stage.SENT
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.milliseconds, attempt.provider) == (State.ACCEPTED, 12, "twilio")


def test_a_receipt_that_came_before_the_answer_is_not_undone_by_it(message: Message) -> None:
    batch = take()
    take_receipts([receipt(message, "delivered")])
    end(batch, Accepted("SM1"))
    done = now_of(message)
    assert (done.state, done.reference) == (State.DELIVERED, "SM1")
    assert list(Event.objects.filter(message_id=message.pk).values_list("kind", flat=True)) == [
        Kind.ACCEPTED,
        Kind.DELIVERED,
    ]


def test_a_failure_reported_before_the_answer_keeps_its_reason(message: Message) -> None:
    batch = take()
    take_receipts([receipt(message, "undelivered", code="30005")])
    end(batch, Accepted("SM1"))
    assert (now_of(message).state, now_of(message).error_code) == (State.UNDELIVERED, "30005")
    assert Message.objects.count() == 2  # itself and its fallback, once


@pytest.mark.parametrize("outcome", [NO_ANSWER, AWAY, REFUSED])
@pytest.mark.parametrize("tries", [1, MAX_TRIES])
def test_what_the_carrier_reports_outweighs_a_failure_of_our_own_request(
    message: Message, outcome: TransportError, tries: int
) -> None:
    batch = take()
    Message.objects.update(tries=tries)
    take_receipts([receipt(message, "sent")])
    end(batch, outcome)
    assert (now_of(message).state, now_of(message).error) == (State.ACCEPTED, "")
    assert Message.objects.count() == 1


def test_a_receipt_that_was_here_before_the_reference_is_applied(message: Message) -> None:
    batch = take()
    early = receipt(message, "delivered", by_reference="SM1")
    take_receipts([early])
    assert now_of(message).state == State.SENDING
    end(batch, Accepted("SM1"))
    assert now_of(message).state == State.DELIVERED
    assert now_of(message).receipts.count() == 1


# --- Finish: failed -----------------------------------------------------------------------------
def test_a_permanent_failure_ends_the_message_and_starts_the_next_channel(message: Message) -> None:
    end(take(), REFUSED)
    failed = now_of(message)
    assert (failed.state, failed.error_code) == (State.REJECTED, "21211")
    assert Message.objects.exclude(pk=message.pk).get().channel == "email"
    assert Event.objects.get(kind=Kind.FAILED).detail == "21211"


def test_a_passing_failure_is_tried_again_later_with_a_new_text(message: Message) -> None:
    batch = take()
    end(batch, AWAY)
    waiting = now_of(message)
    assert (waiting.state, waiting.tries, waiting.error) == (State.PLANNED, 1, "away")
    delay = (waiting.due_at - timezone.now()).total_seconds()
    assert FIRST_RETRY_SECONDS / 2 - 1 < delay <= FIRST_RETRY_SECONDS
    Offer.objects.update(onboarding_at="2027-05-05T01:00:00Z")
    new = published()
    due_again(message)
    [envelope] = take().envelopes
    assert now_of(message).version == new
    assert envelope.first_sent_at is None
    assert envelope.text != batch.envelopes[0].text  # a new code at least


def test_an_uncertain_failure_keeps_its_text_and_says_since_when(message: Message) -> None:
    batch = take()
    end(batch, NO_ANSWER)
    assert now_of(message).state == State.UNCERTAIN
    published()
    due_again(message)
    [envelope] = take().envelopes
    assert envelope.text == batch.envelopes[0].text
    assert envelope.first_sent_at == now_of(message).first_sent_at
    assert now_of(message).version != TemplateVersion.objects.latest("number")


def test_what_was_uncertain_once_stays_so_through_a_later_failure(message: Message) -> None:
    end(take(), NO_ANSWER)
    due_again(message)
    end(take(), AWAY)
    assert now_of(message).state == State.UNCERTAIN


def test_a_throttled_try_is_none_and_waits_as_long_as_the_carrier_says(message: Message) -> None:
    Message.objects.update(tries=MAX_TRIES - 1)
    end(take(), THROTTLED)
    waiting = now_of(message)
    assert (waiting.state, waiting.tries) == (State.PLANNED, MAX_TRIES - 1)
    assert 5 < (waiting.due_at - timezone.now()).total_seconds() <= 7


@pytest.mark.parametrize("outcome", [AWAY, NO_ANSWER])
def test_after_the_last_try_the_message_is_given_up_for_the_next_channel(
    message: Message, outcome: TransportError
) -> None:
    for attempt in range(MAX_TRIES):
        assert now_of(message).tries == attempt
        due_again(message)
        end(take(), outcome)
    assert now_of(message).state == State.EXPIRED
    assert Message.objects.exclude(pk=message.pk).get().channel == "email"
    assert Attempt.objects.count() == MAX_TRIES


def test_delays_double_with_jitter_up_to_an_hour() -> None:
    for tries in range(1, 30):
        longest = min(FIRST_RETRY_SECONDS * 2 ** (tries - 1), LONGEST_RETRY_SECONDS)
        delays = {retry_delay(tries, None) for _ in range(50)}
        assert longest / 2 <= min(delays) < max(delays) <= longest
    assert retry_delay(3, 4.5) == 4.5
    assert retry_delay(3, 10**9) == LONGEST_RETRY_SECONDS
    assert retry_delay(0, None) <= FIRST_RETRY_SECONDS


def test_each_of_a_batch_has_an_outcome_of_its_own(message: Message, sh_offer: Offer) -> None:
    other = MessageFactory.create(offer=sh_offer)
    batch, at = take(), timezone.now()
    outcomes: dict[object, Accepted | TransportError] = {message.pk: Accepted("SM1"), other.pk: AWAY}
    finish(
        lease=batch.lease,
        tried=[Tried(one.message_id, outcomes[one.message_id], at, 1) for one in batch.envelopes],
    )
    assert (now_of(message).state, now_of(other).state) == (State.ACCEPTED, State.PLANNED)


# --- Leases -------------------------------------------------------------------------------------
def lose(message: Message) -> None:
    """Its worker died: the lease runs out."""
    assert sweep(at=timezone.now() + timedelta(hours=1)) == 1
    due_again(message)


def test_a_row_whose_lease_ran_out_is_uncertain_and_due(message: Message) -> None:
    batch = take()
    assert sweep(at=timezone.now()) == 0
    lose(message)
    assert now_of(message).state == State.UNCERTAIN
    [again] = take().envelopes
    assert again.text == batch.envelopes[0].text
    assert again.first_sent_at is not None


def test_a_lost_message_stays_uncertain_when_the_next_try_does_not_reach_the_carrier(
    message: Message,
) -> None:
    take()
    lose(message)
    end(take(), AWAY)
    assert now_of(message).state == State.UNCERTAIN


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted("SM1"), State.ACCEPTED),
        (REFUSED, State.REJECTED),
        (AWAY, State.UNCERTAIN),
        (NO_ANSWER, State.UNCERTAIN),
    ],
)
def test_a_worker_that_was_only_slow_may_still_finish(
    message: Message, outcome: Accepted | TransportError, state: State
) -> None:
    batch = take()
    lose(message)
    end(batch, outcome)
    assert now_of(message).state == state


@pytest.mark.parametrize("outcome", [Accepted("SM-old"), REFUSED])
def test_a_row_another_worker_has_taken_over_is_left_to_it(
    message: Message, outcome: Accepted | TransportError
) -> None:
    slow = take()
    lose(message)
    quick = take()
    end(slow, outcome)
    assert (now_of(message).state, now_of(message).lease) == (State.SENDING, quick.lease)
    end(quick, Accepted("SM-new"))
    assert (now_of(message).state, now_of(message).reference) == (State.ACCEPTED, "SM-new")


def test_a_lease_nobody_holds_finishes_nothing(message: Message) -> None:
    take()
    finish(lease=uuid4(), tried=[Tried(message.pk, Accepted("SM1"), timezone.now(), 1)])
    assert now_of(message).state == State.SENDING
    assert not Attempt.objects.exists()


def test_a_sweep_leaves_what_is_finished(message: Message) -> None:
    end(take(), Accepted("SM1"))
    assert sweep(at=timezone.now() + timedelta(days=1)) == 0


def test_facts_of_a_message_reach_its_text(offer: Offer) -> None:
    version = published(Purpose.DEFERRAL_ANSWERED)
    assert version.bodies.filter(text__contains="candidate_name").exists()
    MessageFactory.create(
        offer=offer,
        purpose=Purpose.DEFERRAL_ANSWERED,
        facts=json.dumps({"candidate_name": "another name"}),
    )
    [envelope] = take().envelopes
    assert "another name" in envelope.text


# --- Whether a message still makes sense ---------------------------------------------------------
@pytest.mark.parametrize(
    ("purpose", "state", "wanted"),
    [
        (Purpose.PASS_NOTICE, OfferState.OFFERED, True),
        (Purpose.PASS_NOTICE, OfferState.CONFIRMED, False),
        (Purpose.PASS_NOTICE, OfferState.DECLINED, False),
        (Purpose.UNCONFIRMED, OfferState.CONFIRMED, False),
        (Purpose.ONE_DAY, OfferState.CONFIRMED, True),
        (Purpose.ONE_DAY, OfferState.DECLINED, False),
        (Purpose.WITHDRAWAL, OfferState.WITHDRAWN, True),
        (Purpose.WITHDRAWAL, OfferState.OFFERED, False),
        (Purpose.HR_REPLY, OfferState.DECLINED, True),
    ],
)
def test_a_message_is_sent_only_while_it_makes_sense(
    offer: Offer, purpose: Purpose, state: OfferState, wanted: bool
) -> None:
    published(purpose)
    message = MessageFactory.create(offer=offer, purpose=purpose)
    Offer.objects.update(state=state)
    batch = take()
    assert (len(batch.envelopes), now_of(message).state) == (
        (1, State.SENDING) if wanted else (0, State.SKIPPED)
    )


def test_a_message_whose_worker_dies_at_every_try_is_given_up_and_the_next_channel_takes_over(
    message: Message,
) -> None:
    for _ in range(MAX_TRIES):
        assert take().envelopes
        Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep(at=timezone.now())
    assert not take().envelopes
    assert now_of(message).state == State.EXPIRED
    assert Message.objects.exclude(pk=message.pk).get().channel == "email"


def test_a_batch_takes_the_same_queries_whatever_its_size(bj_cbd: Branch) -> None:
    counts = set()
    # A process reads once what is published and how it is sent.
    Catalogue.current(branches=[bj_cbd])
    Policy.current()
    for size in (5, 50):
        for _ in range(size):
            MessageFactory.create(offer=OfferFactory.create(branch=bj_cbd))
        with CaptureQueriesContext(connection) as claiming:
            batch = take(limit=100)
        with CaptureQueriesContext(connection) as finishing:
            end(batch, Accepted("SM1"))
        assert len(batch.envelopes) == size
        counts.add((len(claiming), len(finishing)))
    assert len(counts) == 1, counts


def test_what_one_carrier_may_have_is_settled_with_that_one_alone(bj_cbd: Branch) -> None:
    new = MessageFactory.create(offer=OfferFactory.create(branch=bj_cbd))
    theirs, ours = (
        MessageFactory.create(offer=OfferFactory.create(branch=bj_cbd), state=State.UNCERTAIN, provider=name)
        for name in ("another", "twilio")
    )
    alone = claim(transport=TWILIO, limit=10, takes_new=False)
    assert [envelope.message_id for envelope in alone.envelopes] == [ours.pk]
    rest = claim(transport=TWILIO, limit=10)
    assert [envelope.message_id for envelope in rest.envelopes] == [new.pk]
    theirs.refresh_from_db()
    assert theirs.state == State.UNCERTAIN


# --- One carrier of several ---------------------------------------------------------------------
UNFIT = TransportError("no registered template", code="no_template", unfit=True)


@pytest.fixture
def two_carriers(settings: Settings) -> None:
    settings.SMS_PROVIDERS = ["twilio", "gateway"]
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = "http://127.0.0.1:9/sms", GATEWAY_SECRET


@pytest.mark.usefixtures("two_carriers")
def test_what_a_carrier_cannot_carry_is_composed_anew_for_the_next_one(message: Message) -> None:
    end(take(), UNFIT)
    passed_on = now_of(message)
    assert (passed_on.state, passed_on.unfit_carriers, passed_on.tries) == (State.PLANNED, ["twilio"], 0)
    assert not take()
    batch = claim(transport=TRANSPORTS["gateway"], limit=10, takes_new=False)
    assert [one.message_id for one in batch.envelopes] == [message.pk]
    assert PageToken.objects.count() == 2
    end(batch, Accepted("G1"))
    assert (now_of(message).state, now_of(message).provider) == (State.ACCEPTED, "gateway")
    assert Message.objects.count() == 1


@pytest.mark.usefixtures("two_carriers")
def test_what_none_of_the_carriers_can_carry_goes_to_the_next_channel(message: Message) -> None:
    end(take(), UNFIT)
    end(claim(transport=TRANSPORTS["gateway"], limit=10, takes_new=False), UNFIT)
    assert now_of(message).state == State.REJECTED
    assert Message.objects.exclude(pk=message.pk).get().channel == "email"


def test_a_carrier_alone_that_cannot_carry_it_leaves_it_to_the_next_channel(message: Message) -> None:
    end(take(), UNFIT)
    assert now_of(message).state == State.REJECTED
    assert Message.objects.exclude(pk=message.pk).get().channel == "email"


@pytest.mark.usefixtures("two_carriers")
def test_what_the_carrier_may_have_already_is_not_given_to_another_one(message: Message) -> None:
    end(take(), NO_ANSWER)
    due_again(message)
    end(take(), UNFIT)
    assert now_of(message).state == State.REJECTED
    assert now_of(message).unfit_carriers == []


# --- Keys against doubling ----------------------------------------------------------------------
def test_a_key_is_in_the_row_before_it_is_used_and_a_repeat_has_the_same(message: Message) -> None:
    keys = iter(["first", "second", "third"])
    batch = claim(transport=TWILIO, limit=10, keys=keys)
    assert [one.carrier_key for one in batch.envelopes] == [now_of(message).carrier_key] == ["first"]
    end(batch, NO_ANSWER)
    due_again(message)
    repeat = claim(transport=TWILIO, limit=10, keys=keys)
    assert [one.carrier_key for one in repeat.envelopes] == ["first"]
    assert next(keys) == "second"


def test_a_try_that_came_to_nothing_is_followed_by_one_with_a_new_key(message: Message) -> None:
    end(claim(transport=TWILIO, limit=10, keys=iter(["first"])), AWAY)
    due_again(message)
    [again] = claim(transport=TWILIO, limit=10, keys=iter(["second"])).envelopes
    assert again.carrier_key == "second"


def test_where_keys_run_out_a_message_is_claimed_without_one(message: Message) -> None:
    assert [one.carrier_key for one in take().envelopes] == [""]


# --- What cannot be read --------------------------------------------------------------------------
def test_a_person_whose_data_cannot_be_decrypted_holds_up_nobody_else(
    message: Message, bj_cbd: Branch
) -> None:
    others = [MessageFactory.create(offer=OfferFactory.create(branch=bj_cbd)) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE candidates_candidate SET name = %s WHERE id = %s",
            [b"\x01altered" * 4, message.offer.candidate_id],
        )
    batch = take()
    assert {one.message_id for one in batch.envelopes} == {one.pk for one in others}
    aside = Message.objects.get(pk=message.pk)
    assert (aside.state, aside.tries) == (State.PLANNED, 0)
    assert aside.due_at > timezone.now()
    assert "decrypted" in aside.error
