"""What holds whatever happens: told once, within the window, never to who has declined, and in the end handed to HR.

Every story is played twice: as it is, and with the planner looking at everybody once more whenever it looks. Looking
more often must not change what goes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from branches.models import Branch
from candidates.models import JOINING, Deferral, Offer, OfferState
from candidates.wechat_binding import AnotherAccountFollows
from notifications.deferrals import DayImpossible, DeferralClosed
from notifications.extensions import NotExtended
from notifications.looks import look_at_due
from notifications.models import Message, Schedule
from notifications.moves import MoveRefused
from notifications.pauses import AlreadyPaused
from notifications.personal import NotWritten
from notifications.policy import Policy
from notifications.schedules import FIRST_LOOK_AFTER
from notifications.states import FAILED, State
from notifications.wanted import REMINDERS
from tests.notifications.played import Play
from tests.notifications.when import USUAL_STRATEGIES, USUAL_WINDOW, Case, Person, enter, publish_texts, state
from tests.notifications.when_cases_days import CALM, EARLIER, LATER, LATER_SLOT, WORKING
from tests.notifications.when_cases_ways import BOTH_AT_ONCE, ONE_A_DAY
from tracking.answers import AnswerClosed

pytestmark = pytest.mark.django_db

# What people, platforms and HR are refused is part of any story.
REFUSED = (
    AnswerClosed,
    DeferralClosed,
    DayImpossible,
    Deferral.DoesNotExist,
    MoveRefused,
    NotExtended,
    NotWritten,
    AlreadyPaused,
    AnotherAccountFollows,
)
CHANNELS = ["sms", "email", "wechat", "push"]
HELD_UP = {"pauses", "planner_stops"}


# --- Any story ------------------------------------------------------------------------------------
def _day(days: int, clock: str = "") -> Callable[[datetime], str]:
    return lambda first_day: f"{first_day + timedelta(days=days):%m-%d} {clock}".strip()


def _with_day(word: str, least: int, most: int, clock: str = "") -> st.SearchStrategy[Any]:
    """A word that needs a day: so many days before or after the first day."""
    return st.integers(least, most).map(lambda days: (word, _day(days, clock)))


def _alone(*words: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(words).map(lambda word: (word, lambda _first_day: ""))


HAPPENS = st.one_of(
    _alone("opens", "confirms", "declines"),
    _alone("opens", "confirms", "declines", "takes_back", "grants", "refuses", "hr_confirms", "hr_declines"),
    _alone("platform_withdraws", "platform_renews", "platform_renames 柜员", "binds_wechat", "writes sms"),
    _alone("pauses sms", "resumes sms", "planner_stops", "planner_starts", "carrier sms silent"),
    _alone(
        "hr_sends_elsewhere", "states_window 10:00 16:00 later", "changes_rule 5 4", "switches_rule_off 2"
    ),
    _with_day("asks", 1, 20),
    _with_day("hr_moves", -3, 15, "09:00"),
    _with_day("platform_moves", -3, 15, "09:00"),
    _with_day("extends", -3, 0, "08:00"),
)
MOMENTS = st.tuples(
    st.sampled_from(["2026-03-02", "2026-02-12", "2026-03-27", "2026-09-24", "2026-10-23"]),
    st.sampled_from(["10:00", "23:30", "05:45", "17:20"]),
)


@st.composite
def stories(draw: st.DrawFn) -> Case:
    day, clock = draw(MOMENTS)
    passed = datetime.fromisoformat(f"{day} {clock}")
    first_day = (passed + timedelta(days=draw(st.integers(1, 18)))).replace(hour=9, minute=0)
    moments = draw(st.lists(st.tuples(st.integers(1, 18 * 48), HAPPENS), max_size=7))
    lines = [_line(passed + timedelta(minutes=30 * after), what, first_day) for after, what in moments]
    # All is well again in the end, so that it can be seen what was left over.
    lines += [
        f"{first_day + timedelta(days=25):%m-%d %H:%M} {word}" for word in ("planner_starts", "resumes sms")
    ]
    return Case(
        "any",
        "",
        passed=f"{passed:%Y-%m-%d %H:%M}",
        first_day=f"{first_day:%Y-%m-%d %H:%M}",
        prefers=draw(st.sampled_from(["", "sms", "wechat email", "push"])),
        reached_by=draw(st.sampled_from(["sms", "sms email wechat push", "email wechat"])),
        happens="\n".join(lines),
        carriers=draw(
            st.dictionaries(
                st.sampled_from(CHANNELS),
                st.sampled_from(["silent", "refuses", "undelivers", "bounces", "late 300", "busy 20"]),
                max_size=3,
            )
        ),
        zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"])),
        elsewhere=draw(st.sampled_from(["Asia/Shanghai", "America/New_York"])),
        strategies=draw(st.sampled_from([USUAL_STRATEGIES, CALM, BOTH_AT_ONCE])),
        rules=draw(st.sampled_from([Case("", "").rules, WORKING])),
        window=draw(st.sampled_from([USUAL_WINDOW, EARLIER, LATER, LATER_SLOT, ONE_A_DAY, None])),
        policy=draw(st.sampled_from([None, {"latest_days": 30, "times": 2}])),
    )


def _line(at: datetime, what: tuple[str, Callable[[datetime], str]], first_day: datetime) -> str:
    word, rest = what
    return f"{at:%m-%d %H:%M} {word} {rest(first_day)}"


# --- What is watched while it is played -----------------------------------------------------------
@dataclass
class Watched(Play):
    """`looks_twice`: the planner looks at everybody once more whenever it has looked."""

    looks_twice: bool = False

    def happens(self, at: datetime, what: Callable[[], object]) -> None:
        def tried() -> None:
            try:
                with transaction.atomic():
                    what()
            except REFUSED:
                return

        super().happens(at, tried)

    def _note(self, message: Message) -> None:
        offer = Offer.objects.select_related("candidate", "branch").get(pk=message.offer_id)
        policy = Policy.current()
        strategy = policy.strategy(offer, message.purpose)
        assert strategy.urgent or policy.window(offer.branch).is_open(timezone.now()), message.purpose
        assert message.purpose not in REMINDERS or offer.state in JOINING, offer.state
        assert message.channel in strategy.channels
        super()._note(message)

    def _look(self, now: datetime) -> int:
        looked = super()._look(now)
        if self.looks_twice and not self.planner_is_down:
            # A new offer is left alone for some minutes.
            known = Schedule.objects.filter(offer__created_at__lte=now - FIRST_LOOK_AFTER)
            known.filter(look_at__isnull=False).update(look_at=now)
            again = look_at_due(at=now)
            assert (again.planned, again.tasks) == (0, 0)
        return looked


def played(case: Case, branch: Branch, *, looks_twice: bool) -> list[str]:
    """The story's lines; nothing of it is left in the database."""
    with transaction.atomic():
        game = Watched(answers=dict(case.carriers), looks_twice=looks_twice)
        state(case, Branch.objects.get(pk=branch.pk))
        person = enter(case, Branch.objects.get(pk=branch.pk), game)
        end = case.first_day_at + timedelta(days=60)
        game.until(end, start=case.passed_at)
        check(person, case)
        lines = person.lines()
        transaction.set_rollback(True)
    return lines


# --- What must hold in the end --------------------------------------------------------------------
def check(person: Person, case: Case) -> None:
    offer = person.offer
    messages = list(Message.objects.filter(offer=offer).order_by("created_at", "pk"))
    sent_once(person)
    for one in messages:
        has_its_reason(one, messages, offer)
    if (
        case.window
        and case.window.get("messages_a_day")
        and not any(word in case.happens for word in HELD_UP)
    ):
        keeps_to_the_day(messages, offer, case.window["messages_a_day"])
    asks = Deferral.objects.pending().filter(offer=offer).exists()
    if offer.state == OfferState.OFFERED and not asks:
        assert offer.progress.handed_over_at, "nobody knows of an unanswered offer"
    assert Schedule.objects.get(pk=offer.pk).look_at is None


def sent_once(person: Person) -> None:
    sent = Counter((one.purpose, one.occurrence, one.channel) for one in person.game.sent)
    assert not [what for what, times in sent.items() if times > 1]


def has_its_reason(one: Message, messages: list[Message], offer: Offer) -> None:
    """A second channel only because of what became of the first."""
    earlier = [
        other
        for other in messages
        if (other.purpose, other.occurrence) == (one.purpose, one.occurrence)
        # What a refusal plans has the moment of what was refused: the clock stands still meanwhile.
        and (other.created_at, other.pk) < (one.created_at, one.pk)
    ]
    word, *details = one.reasons[0].split(":")
    assert not earlier or word in {"after", "both"}, one.reasons
    if word != "after":
        return
    [before] = [other for other in earlier if other.channel == details[0]]
    opened_at = offer.progress.opened_at
    match details[1]:
        case "no_receipt":
            assert before.delivered_at is None or before.delivered_at > one.created_at
        case "unopened":
            assert opened_at is None or opened_at >= one.created_at
        case _:
            assert before.state in FAILED


def keeps_to_the_day(messages: list[Message], offer: Offer, most: int) -> None:
    """Of the planner's own: what is said at once, or follows a failure, does not wait."""
    policy = Policy.current()
    calm = [one for one in messages if one.first_sent_at and not policy.strategy(offer, one.purpose).urgent]
    kept = [one for one in calm if one.state not in {State.SKIPPED, *FAILED}]
    for one in kept:
        follows_a_failure = one.reasons[0].endswith((":refused", ":undelivered"))
        if one.purpose in REMINDERS and not follows_a_failure:
            zone = offer.branch.zone
            day = one.first_sent_at.astimezone(zone).date() if one.first_sent_at else None
            before = [
                other
                for other in kept
                if other.created_at < one.created_at
                and other.first_sent_at
                and other.first_sent_at.astimezone(zone).date() == day
            ]
            assert len(before) < most, (one.purpose, day)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # to shrink a story takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stories())
def _holds_for(branch: Branch, case: Case) -> None:
    as_it_is = played(case, branch, looks_twice=False)
    assert played(replace(case), branch, looks_twice=True) == as_it_is


def test_whatever_happens(bj_cbd: Branch) -> None:
    publish_texts()
    _holds_for(bj_cbd)
