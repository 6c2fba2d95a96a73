"""One round of the planner: what is due goes first, and what old rules planned never takes long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from branches.models import Branch, PlanningStamp
from notifications.looks import Looked, look_at_due
from notifications.models import ReminderRule, Schedule
from tests.factories import OfferFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(bank: Branch) -> ReminderRule:
    return ReminderRule.objects.create(kind="unread", anchor="notice", amount=24)


def offers(branch: Branch, *, due: int, later: int) -> None:
    """All of them were looked at with the rules of before."""
    now = timezone.now()
    for place in range(due + later):
        offer = OfferFactory.create(branch=branch)
        look_at = now if place < due else now + timedelta(days=5)
        Schedule.objects.filter(pk=offer.pk).update(look_at=look_at, planned_with=PlanningStamp.current())


def planned_by_old_rules() -> int:
    return Schedule.objects.filter(planned_with__lt=PlanningStamp.current()).count()


def test_a_changed_rule_has_everybody_looked_at_anew(bj_cbd: Branch, rule: ReminderRule) -> None:
    offers(bj_cbd, due=0, later=3)
    assert look_at_due(at=timezone.now()) == Looked()
    rule.amount = 20
    rule.save()
    assert look_at_due(at=timezone.now()).offers == 3
    assert not planned_by_old_rules()
    assert look_at_due(at=timezone.now()) == Looked()


def test_what_is_due_is_looked_at_also_where_no_time_is_left_for_what_old_rules_planned(
    bj_cbd: Branch, rule: ReminderRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers(bj_cbd, due=3, later=4)
    rule.save()
    monkeypatch.setattr("notifications.looks.STALE_SECONDS", 0)
    monkeypatch.setattr("notifications.looks.BATCH", 2)
    assert look_at_due(at=timezone.now()).offers == 3
    assert planned_by_old_rules() == 4


def test_what_is_left_when_the_time_is_over_is_looked_at_in_the_next_round(
    bj_cbd: Branch, rule: ReminderRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers(bj_cbd, due=3, later=0)
    with monkeypatch.context() as patched:
        patched.setattr("notifications.looks.ROUND_SECONDS", 0)
        patched.setattr("notifications.looks.STALE_SECONDS", 0)
        assert look_at_due(at=timezone.now()) == Looked()
    assert look_at_due(at=timezone.now()).offers == 3
