"""Counting at the carriers: what counts as lost, doubled or sent to somebody else."""

from random import Random

from faults.count import Acceptance, count
from faults.plan import CALM, VICTIMS, WEATHERS, rounds
from faults.platform import Person

TEXTED, MAILED, ON_WECHAT, PUSHED = people = [Person(number) for number in range(4)]


def taken(person: Person, *, number: str = "", channel: str = "") -> Acceptance:
    channel = channel or person.channel
    to = person.address_on(channel)
    return Acceptance(channel, to, number or f"notice-{person.number}", "reference", is_acknowledged=False)


def test_everybody_told_once_is_as_it_should_be() -> None:
    counted = count(people, [taken(person) for person in people])
    assert (counted.people, counted.acceptances) == (4, 4)
    assert counted.by_channel == {"sms": 1, "email": 1, "wechat": 1, "push": 1}
    wrong = (counted.lost, counted.doubled, counted.mails_repeated, counted.told_twice, counted.strangers)
    assert wrong == (0, 0, 0, 0, 0)


def test_who_got_nothing_by_any_carrier_is_lost() -> None:
    assert count(people, [taken(TEXTED), taken(MAILED)]).lost == 2


def test_the_same_number_taken_twice_is_doubled_where_the_carrier_can_tell() -> None:
    counted = count([TEXTED], [taken(TEXTED), taken(TEXTED), taken(TEXTED)])
    assert (counted.doubled, counted.lost) == (2, 0)


def test_two_numbers_for_one_person_on_one_channel_are_doubled_also_by_mail() -> None:
    for person in (MAILED, PUSHED):
        assert count([person], [taken(person, number="one"), taken(person, number="two")]).doubled == 1


def test_a_mail_taken_twice_under_one_message_id_is_counted_apart() -> None:
    counted = count([MAILED], [taken(MAILED), taken(MAILED)])
    assert (counted.mails_repeated, counted.doubled) == (1, 0)


def test_a_text_after_a_push_is_told_twice_and_not_doubled() -> None:
    counted = count([PUSHED], [taken(PUSHED, number="cid"), taken(PUSHED, channel="sms")])
    assert (counted.told_twice, counted.doubled) == (1, 0)


def test_what_reached_an_address_of_nobody_is_seen() -> None:
    counted = count([TEXTED], [taken(TEXTED), taken(PUSHED)])
    assert (counted.strangers, counted.lost) == (1, 0)


def test_the_seed_draws_the_plan_and_nothing_comes_twice_before_all_came_once() -> None:
    plan = rounds(12, random=Random(5))
    assert plan == rounds(12, random=Random(5))
    assert plan != rounds(12, random=Random(6))
    for half in (plan[:6], plan[6:]):
        assert sorted(str(step.faults) for step in half) == sorted(map(str, WEATHERS))
        assert {victim for step in half for victim in step.victims} <= set(VICTIMS)
    assert all(set(step.faults) <= set(CALM) for step in plan)
