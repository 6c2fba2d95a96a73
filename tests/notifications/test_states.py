"""Whatever the order in which two reports arrive, a message ends in the same state."""

from itertools import product

import pytest

from notifications.states import FAILED, RANK, RECEIPT_OUTCOMES, UNSENT, State, may_move


def after(*reports: str) -> str:
    state: str = State.SENDING
    for report in reports:
        state = report if may_move(state, report) else state
    return state


def test_every_state_has_a_rank() -> None:
    assert set(RANK) == set(State)


@pytest.mark.parametrize(("one", "other"), [*product(sorted(RECEIPT_OUTCOMES), repeat=2)])
def test_two_receipts_end_in_the_same_state_in_either_order(one: str, other: str) -> None:
    assert after(one, other) == after(other, one)


def test_no_two_things_a_carrier_may_report_have_the_same_rank() -> None:
    ranks = [RANK[outcome] for outcome in RECEIPT_OUTCOMES]
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize("state", State)
def test_no_state_moves_to_itself(state: State) -> None:
    assert not may_move(state, state)


@pytest.mark.parametrize("given_up", [State.EXPIRED, State.REJECTED, State.SKIPPED])
@pytest.mark.parametrize("report", [State.UNDELIVERED, State.DELIVERED, State.BOUNCED])
def test_what_the_carrier_reports_in_the_end_outweighs_our_giving_up(report: State, given_up: State) -> None:
    assert may_move(given_up, report)


@pytest.mark.parametrize("state", sorted(UNSENT))
def test_what_may_not_be_with_a_carrier_is_never_a_failure(state: State) -> None:
    assert state not in FAILED | RECEIPT_OUTCOMES


def test_a_late_delivery_outweighs_a_failure_and_a_bounce_outweighs_both() -> None:
    assert after(State.UNDELIVERED, State.DELIVERED) == State.DELIVERED
    assert after(State.DELIVERED, State.UNDELIVERED) == State.DELIVERED
    assert after(State.BOUNCED, State.DELIVERED) == after(State.DELIVERED, State.BOUNCED) == State.BOUNCED
