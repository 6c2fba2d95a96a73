"""The verbs by which branches write: what they take, what they refuse, and two writers at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import ApiKey, Branch, Role, User
from notifications.catalogue import Catalogue
from notifications.local_content import (
    MOST_ROWS,
    ChangedMeanwhile,
    InvalidContent,
    LockedByHeadquarters,
    NoSuchField,
    NotYours,
    PaperFacts,
    digest,
    state_paper,
    state_value,
    withdraw_paper,
    withdraw_value,
)
from notifications.models import ContentStamp, Demand, FieldKind, LocalPaper, LocalValue
from notifications.preview import sample_offer
from tests.factories import LocalFieldFactory, LocalPaperFactory, LocalValueFactory, UserFactory, core
from tests.sandbox.running import eventually

pytestmark = pytest.mark.django_db
CAMPUS = {"category": {"is": ["campus"]}}
PAPER = PaperFacts(name="居住证", name_en="residence permit")


def state(branch: Branch, by: User | ApiKey, **changes: Any) -> LocalValue:
    asked = {"field_key": "metro_exit", "condition": {}, "value": "D口", "value_en": "exit D", **changes}
    return state_value(branch=branch, by=by, **asked)


def state_a_paper(branch: Branch, by: User | ApiKey, **changes: Any) -> LocalPaper:
    asked = {"key": "residence_permit", "condition": {}, "facts": PAPER, **changes}
    return state_paper(branch=branch, by=by, **asked)


# --- Who may ---------------------------------------------------------------------------------------
def test_the_branch_itself_the_one_above_and_headquarters_may_write(
    bj_cbd: Branch, bj_cbd_hr: User, bj_hr: User, hq: User
) -> None:
    for number, person in enumerate((bj_cbd_hr, bj_hr, hq)):
        state(bj_cbd, person, value=f"{number}号口")
    assert LocalValue.objects.get(branch=bj_cbd).value == "2号口"


def test_others_may_not(bj_cbd: Branch, bj: Branch, sh_ljz_hr: User, stranger: User, bj_cbd_hr: User) -> None:
    reviewer = UserFactory.create(username="reviewer", branch=bj_cbd, role=Role.REVIEWER)
    reading, _ = ApiKey.objects.issue(name="HRIS", branch=bj_cbd)
    for branch, by in ((bj_cbd, sh_ljz_hr), (bj_cbd, stranger), (bj_cbd, reviewer), (bj_cbd, reading)):
        with pytest.raises(NotYours):
            state(branch, by)
        with pytest.raises(NotYours):
            withdraw_value(branch=branch, field_key="metro_exit", condition={}, by=by)
        with pytest.raises(NotYours):
            state_a_paper(branch, by)
        with pytest.raises(NotYours):
            withdraw_paper(branch=branch, key="residence_permit", condition={}, by=by)
    with pytest.raises(NotYours):  # the node above is not theirs
        state(bj, bj_cbd_hr)
    assert LocalValue.objects.get().value.startswith("10号线")


def test_a_machine_writes_with_a_key_that_says_so(bj: Branch, bj_cbd: Branch, sh_ljz: Branch) -> None:
    key, _ = ApiKey.objects.issue(name="CMS", branch=bj, writes_content=True)
    assert state(bj_cbd, key).value == "D口"
    with pytest.raises(NotYours):
        state(sh_ljz, key)


# --- What is headquarters' -------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["bank_name", "onboarding_at", "papers", "id_card"])
def test_what_the_core_or_the_system_states_is_locked(key: str, bj_cbd: Branch, bj_cbd_hr: User) -> None:
    with pytest.raises(LockedByHeadquarters) as refused:
        state(bj_cbd, bj_cbd_hr, field_key=key)
    assert refused.value.key == key
    with pytest.raises(LockedByHeadquarters):
        withdraw_value(branch=bj_cbd, field_key=key, condition={}, by=bj_cbd_hr)


def test_a_field_nobody_knows_is_named(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    with pytest.raises(NoSuchField, match="nothing"):
        state(bj_cbd, bj_cbd_hr, field_key="nothing")


@pytest.mark.parametrize(
    ("key", "name", "name_en", "told_by"),
    [
        ("id_card", "别的", "other", "key"),
        ("my_card", "身份证", "my card", "name"),
        ("my_card", " 身 份 证 ", "my card", "name"),
        ("my_card", "证件", "ＩＤ  Card", "name_en"),
        ("hbv", "乙肝检测", "hbv", "name"),
        ("hbv", "乙肝检测复印件", "hbv", "name"),
    ],
)
def test_no_branch_asks_for_a_core_paper_or_a_forbidden_one(
    key: str, name: str, name_en: str, told_by: str, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    core(
        papers=[
            {"key": "id_card", "name": "身份证", "name_en": "ID card"},
            {"key": "hepatitis", "name": "乙肝检测", "name_en": "hepatitis B test", "demand": "forbidden"},
        ]
    )
    facts = PaperFacts(name=name, name_en=name_en, form="copy")
    with pytest.raises(LockedByHeadquarters) as refused:
        state_a_paper(bj_cbd, bj_cbd_hr, key=key, facts=facts)
    assert refused.value.field == told_by
    assert not LocalPaper.objects.filter(branch=bj_cbd).exists()


def test_a_copy_besides_the_original_is_another_paper(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    facts = PaperFacts(name="学历学位证书复印件", name_en="copies of the certificates")
    assert state_a_paper(bj_cbd, bj_cbd_hr, key="degree_copies", facts=facts).demand == "required"


def test_a_local_paper_the_core_has_taken_over_can_still_be_taken_away(
    bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    LocalPaperFactory.create(branch=bj_cbd, key="id_card")
    withdraw_paper(branch=bj_cbd, key="id_card", condition={}, by=bj_cbd_hr)
    assert not LocalPaper.objects.filter(branch=bj_cbd).exists()
    with pytest.raises(LockedByHeadquarters):
        withdraw_paper(branch=bj_cbd, key="id_card", condition={}, by=bj_cbd_hr)


# --- What is written -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.TEXT, "第一行\n第二行"),
        (FieldKind.TEXT, "一\u2028二"),
        (FieldKind.TEXT, "零\x00字符"),
        (FieldKind.TEXT, "半个\ud800字符"),
        (FieldKind.TEXT, "{{ bank_name }}"),
        (FieldKind.TEXT, "长" * 21),
        (FieldKind.TEXT, "   "),
        (FieldKind.ADDRESS, "一层\n二层"),
        (FieldKind.PHONE, "请打前台"),
        (FieldKind.PHONE, "12345"),
        (FieldKind.LINK, "bank.example"),
        (FieldKind.LINK, "javascript:alert(1)"),
        (FieldKind.LINK, "https://a b.example"),
        (FieldKind.LINK, "https://[half"),
        (FieldKind.NUMBER, "三"),
        (FieldKind.DATETIME, "下周一"),
        (FieldKind.LIST, "\n \n"),
        (FieldKind.LONG_TEXT, "一\x07二"),
    ],
)
def test_what_a_field_cannot_hold_is_told_by_name(
    kind: str, value: str, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    LocalFieldFactory.create(key="asked", kind=kind, max_length=20)
    with pytest.raises(InvalidContent) as refused:
        state(bj_cbd, bj_cbd_hr, field_key="asked", value=value, value_en="")
    assert list(refused.value.problems) == ["value"]
    assert not LocalValue.objects.filter(field__key="asked").exists()


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (FieldKind.TEXT, "  D口 ", "D口"),
        (FieldKind.PHONE, "010-5550 6110 转 8", "010-5550 6110 转 8"),
        (FieldKind.PHONE, "+86 (10) 55506110", "+86 (10) 55506110"),
        (FieldKind.LINK, "https://haiyue.example/map", "https://haiyue.example/map"),
        (FieldKind.NUMBER, "3.5", "3.5"),
        (FieldKind.DATETIME, "2026-12-07 09:00", "2026-12-07 09:00"),
        (FieldKind.LIST, " 一 \r\n\r\n二 ", "一\n二"),
        (FieldKind.LONG_TEXT, "一\r\n二", "一\n二"),
    ],
)
def test_what_fits_is_stored_tidily(
    kind: str, value: str, stored: str, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    LocalFieldFactory.create(key="asked", kind=kind, max_length=40)
    assert state(bj_cbd, bj_cbd_hr, field_key="asked", value=value, value_en="").value == stored


def test_everything_wrong_is_told_at_once(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    with pytest.raises(InvalidContent) as refused:
        state(bj_cbd, bj_cbd_hr, value="", value_en="one\ntwo", condition={"weather": {"is": ["rain"]}})
    assert set(refused.value.problems) == {"value", "value_en", "condition"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name_en": ""}, "name_en"),
        ({"name": "居住证\n原件"}, "name"),
        ({"demand": "forbidden"}, "demand"),
        ({"demand": "whatever"}, "demand"),
        ({"form": "fax"}, "form"),
        ({"kept_months": -1}, "kept_months"),
    ],
)
def test_what_a_paper_cannot_be_is_told_by_name(
    changes: dict[str, Any], named: str, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    facts = PaperFacts(**{"name": "居住证", "name_en": "residence permit", **changes})
    with pytest.raises(InvalidContent) as refused:
        state_a_paper(bj_cbd, bj_cbd_hr, facts=facts)
    assert named in refused.value.problems


def test_papers_stand_in_the_order_they_were_stated_in(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    state_a_paper(bj_cbd, bj_cbd_hr)
    other = PaperFacts(name="无房证明", name_en="proof of no housing", form="original")
    state_a_paper(bj_cbd, bj_cbd_hr, key="no_housing", facts=other)
    catalogue = Catalogue.current(branches=[bj_cbd])
    asked = catalogue.values(sample_offer(bj_cbd), language="zh-hans")["local_papers"]
    assert asked == ["社保转移证明", "居住证", "无房证明原件"]


# --- Again, and at the same time -------------------------------------------------------------------
def test_the_same_again_changes_nothing(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    first, paper = state(bj_cbd, bj_cbd_hr), state_a_paper(bj_cbd, bj_cbd_hr)
    stamp = ContentStamp.current()
    with CaptureQueriesContext(connection) as queries:
        assert state(bj_cbd, bj_cbd_hr).pk == first.pk
        assert state_a_paper(bj_cbd, bj_cbd_hr).pk == paper.pk
    assert not [one for one in queries if one["sql"].startswith(("UPDATE", "INSERT"))]
    assert ContentStamp.current() == stamp


def test_to_take_away_what_is_not_there_changes_nothing(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    for _ in range(2):
        withdraw_value(branch=bj_cbd, field_key="metro_exit", condition={}, by=bj_cbd_hr)
        withdraw_paper(branch=bj_cbd, key="residence_permit", condition={}, by=bj_cbd_hr)
    assert not LocalValue.objects.exists()


def test_each_condition_has_a_row_of_its_own_and_may_move_to_another(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    state(bj_cbd, bj_cbd_hr, condition=CAMPUS, value="校招出口")
    interns = {"category": {"is": ["intern"]}}
    state(bj_cbd, bj_cbd_hr, condition=interns, value="校招出口", replaces=CAMPUS)
    stated = {str(one.condition): one.value for one in LocalValue.objects.all()}
    assert stated == {"{}": "10号线示例站D口，步行约6分钟", str(interns): "校招出口"}
    with pytest.raises(InvalidContent, match="condition"):
        state(bj_cbd, bj_cbd_hr, condition={}, value="校招出口", replaces=interns)


def test_a_writer_who_saw_an_older_text_is_told(bj_cbd: Branch, bj_cbd_hr: User, bj_hr: User) -> None:
    seen = digest(LocalValue.objects.get())
    state(bj_cbd, bj_hr, value="别人写的")
    with pytest.raises(ChangedMeanwhile) as told:
        state(bj_cbd, bj_cbd_hr, value="我写的", basis=seen)
    assert isinstance(told.value.now, LocalValue)
    assert told.value.now.value == "别人写的"
    with pytest.raises(ChangedMeanwhile):
        withdraw_value(branch=bj_cbd, field_key="metro_exit", condition={}, by=bj_cbd_hr, basis=seen)
    assert state(bj_cbd, bj_cbd_hr, value="我写的", basis=digest(told.value.now)).value == "我写的"


def test_a_writer_who_saw_nothing_there_is_told_of_a_first_text(
    bj_cbd: Branch, bj_cbd_hr: User, bj_hr: User
) -> None:
    LocalFieldFactory.create(key="parking")
    state(bj_cbd, bj_hr, field_key="parking", value="别人写的")
    with pytest.raises(ChangedMeanwhile):
        state(bj_cbd, bj_cbd_hr, field_key="parking", value="我写的", basis="")


def test_who_writes_what_is_there_by_now_is_not_bothered(
    bj_cbd: Branch, bj_cbd_hr: User, bj_hr: User
) -> None:
    seen = digest(LocalValue.objects.get())
    state(bj_cbd, bj_hr)
    assert state(bj_cbd, bj_cbd_hr, basis=seen).value == "D口"


def test_below_the_nearest_text_counts_until_it_is_taken_away(
    bj: Branch, bj_cbd: Branch, bj_hr: User, bj_cbd_hr: User
) -> None:
    def read() -> object:
        return (
            Catalogue.current(branches=[bj_cbd])
            .values(sample_offer(bj_cbd), language="zh-hans")
            .get("metro_exit")
        )

    state(bj, bj_hr, value="分行的")
    assert read() == "10号线示例站D口，步行约6分钟"
    withdraw_value(branch=bj_cbd, field_key="metro_exit", condition={}, by=bj_cbd_hr)
    assert read() == "分行的"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_the_second_is_told(bj_cbd: Branch, bj_cbd_hr: User, bj_hr: User) -> None:
    seen = digest(LocalValue.objects.get())

    def write_too() -> str:
        try:
            state(bj_cbd, bj_cbd_hr, value="乙", basis=seen)
        except ChangedMeanwhile:
            return "told"
        finally:
            connection.close()
        return "written"

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            state(bj_cbd, bj_hr, value="甲", basis=seen)
            second = other.submit(write_too)
            eventually(lambda: second.done() or somebody_waits())
        assert second.result() == "told"
    assert LocalValue.objects.get().value == "甲"


def somebody_waits() -> bool:
    """Whether another session stands before a lock that somebody holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def test_a_branch_below_may_say_that_a_paper_of_the_one_above_is_not_needed(
    bj: Branch, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    facts = PaperFacts(name="社保转移证明", name_en="social security certificate", demand="not_needed")
    state_a_paper(bj_cbd, bj_cbd_hr, key="social_security_transfer", facts=facts)
    assert LocalPaper.objects.get(branch=bj).demand == "required"
    offered = Catalogue.current(branches=[bj_cbd]).values(sample_offer(bj_cbd), language="zh-hans")
    assert offered["papers_not_needed"] == ["社保转移证明"]


# --- Ways around ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "name_en"),
    [
        ("学历学位证书原件", "x"),
        ("学历、学位证书（原件）", "x"),
        ("学历\u200b学位证书", "x"),
        ("学历\u2800学位证书", "x"),
        ("毕业材料", "Original of the degree certificates"),
        ("毕业材料", "degree certificates (original)"),
    ],
)
def test_no_branch_says_that_a_core_paper_is_not_needed_however_it_writes_it(
    name: str, name_en: str, bj_cbd: Branch, bj_cbd_hr: User
) -> None:
    facts = PaperFacts(name=name, name_en=name_en, demand=Demand.NOT_NEEDED)
    with pytest.raises(LockedByHeadquarters):
        state_paper(branch=bj_cbd, key="own", condition={}, facts=facts, by=bj_cbd_hr)


@pytest.mark.parametrize("letter", ["\u202e", "\u2066", "\u200e", "\u3164", "\u115f", "\U000e0041", "\ue000"])
def test_letters_that_hide_or_turn_words_are_refused(letter: str, bj_cbd: Branch, bj_cbd_hr: User) -> None:
    with pytest.raises(InvalidContent) as refused:
        state(bj_cbd, bj_cbd_hr, value=f"D{letter}口")
    assert set(refused.value.problems) == {"value"}
    with pytest.raises(InvalidContent) as refused:
        facts = PaperFacts(name=f"居住{letter}证", name_en="permit")
        state_paper(branch=bj_cbd, key="own", condition={}, facts=facts, by=bj_cbd_hr)
    assert set(refused.value.problems) == {"name"}


def test_letters_without_width_that_were_pasted_along_are_dropped(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    assert state(bj_cbd, bj_cbd_hr, value="\ufeffD\u200b口\u00ad").value == "D口"


def test_one_field_has_not_more_rows_than_people_can_tell_apart(bj_cbd: Branch, bj_cbd_hr: User) -> None:
    for number in range(MOST_ROWS - 1):
        LocalValueFactory.create(branch=bj_cbd, condition={"position": {"is": [f"P{number}"]}})
    with pytest.raises(InvalidContent) as refused:
        state(bj_cbd, bj_cbd_hr, condition={"position": {"is": ["one more"]}})
    assert set(refused.value.problems) == {"condition"}
    state(bj_cbd, bj_cbd_hr, condition={"position": {"is": ["P1"]}}, value="另一个出口")
