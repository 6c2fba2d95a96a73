"""What the lint of local text finds, what it lets pass, and that no text upsets it."""

import dataclasses
import importlib
import pkgutil
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

import notifications.lint
from notifications.lint import Core, CorePaper, Finding, Kind, Place, contradictions, explanation

TEXTS = tomllib.loads((Path(__file__).parent / "lint_texts.toml").read_text(encoding="utf-8"))
FIELDS = ("arrival", "metro_exit", "health_check", "parking", "benefits", "papers_note", "local_papers")
LONGEST = 2000  # letters of a local text

CORE = Core(
    required=(
        CorePaper("身份证", "ID card", "original_and_copy"),
        CorePaper("学历学位证书", "degree certificates", "original"),
        CorePaper("一寸照片2张", "2 ID photos", ""),
        CorePaper("体检报告", "health report", "original"),
        CorePaper("三方协议", "tripartite agreement", "original"),
        CorePaper("离职证明", "leaving certificate", "original"),
    ),
    excluded=(
        CorePaper("乙肝检测", "hepatitis B test", ""),
        CorePaper("妊娠检测", "pregnancy test", ""),
        CorePaper("报到证", "registration certificate", ""),
        CorePaper("户口本", "household register", ""),
    ),
    allowed_hosts=frozenset({"haiyue.example"}),
)
NO_CORE = Core(required=(), excluded=(), allowed_hosts=frozenset())
CBD = Place(
    addresses=(
        "北京市朝阳区岳泰路18号3层",
        "Floor 3, 18 Yuetai Road, Chaoyang, Beijing",
        "北京市西城区望岳街8号",
        "8 Wangyue Street, Xicheng, Beijing",
        "北京市西城区海岳大街1号海岳大厦",
        "Haiyue Tower, 1 Haiyue Street, Xicheng, Beijing",
    ),
    phones=("010-5550 6110", "010-5550 6100", "010-5550 6000"),
    names=("北京CBD支行", "CBD Sub-branch"),
)
BEIJING = dataclasses.replace(CBD, addresses=CBD.addresses[2:], names=("北京分行", "Beijing Branch"))


def lint(text: str, *, field: str = "arrival", core: Core = CORE, place: Place = CBD) -> list[Finding]:
    return contradictions(text, field=field, core=core, place=place)


def kinds(text: str, *, field: str = "arrival", core: Core = CORE, place: Place = CBD) -> set[Kind]:
    return {finding.kind for finding in lint(text, field=field, core=core, place=place)}


def only(text: str, *, field: str = "arrival", core: Core = CORE, place: Place = CBD) -> Finding:
    (finding,) = lint(text, field=field, core=core, place=place)
    return finding


# --- What is found and what passes ---------------------------------------------------------------
@pytest.mark.parametrize("kind", list(Kind))
def test_a_text_that_contradicts_the_core_is_found_as_what_it_is(kind: Kind) -> None:
    missed = [
        text for field, texts in TEXTS[kind].items() for text in texts if kind not in kinds(text, field=field)
    ]
    assert missed == []


@pytest.mark.parametrize("field", sorted(TEXTS["harmless"]))
def test_a_harmless_text_passes_without_a_word(field: str) -> None:
    alarmed = {text: lint(text, field=field) for text in TEXTS["harmless"][field] if lint(text, field=field)}
    assert alarmed == {}


def test_the_same_hours_are_a_clinics_in_one_field_and_a_contradiction_where_they_are_the_reportings() -> (
    None
):
    assert lint("周一至周五 8:00–10:30 空腹采血", field="health_check") == []
    assert kinds("周一至周五 8:00–10:30 报到", field="arrival") == {Kind.DATE, Kind.TIME}


def test_two_contradictions_of_one_text_are_both_found_in_their_order() -> None:
    findings = lint("请12月8日上午九点半到3层，离职证明可后补")
    assert [(finding.kind, finding.found) for finding in findings] == [
        (Kind.DATE, "12月8日"),
        (Kind.TIME, "上午九点半"),
        (Kind.WAIVED, "后补"),
    ]


@pytest.mark.parametrize("spelling", ["１２月８日", "12月8日", "十二月八日", "12月\u200b8日"])
def test_a_finding_points_into_the_text_as_it_was_typed(spelling: str) -> None:
    text = f"请于{spelling}报到"
    assert only(text) == Finding(Kind.DATE, 2, 2 + len(spelling), spelling, "")


def test_an_english_short_form_does_not_move_what_is_found_behind_it() -> None:
    text = "Don't come at noon, you can't get in; call 138 0013 8000"
    finding = next(finding for finding in lint(text) if finding.kind == Kind.PHONE)
    assert finding.found == text[finding.start : finding.end] == "138 0013 8000"


def test_the_number_of_an_entry_is_no_part_of_the_hour_behind_it() -> None:
    assert only("①9点到3层").found == "9点"


def test_from_one_hour_to_another_are_opening_hours_unless_the_reporting_is_named() -> None:
    assert kinds("一层访客台8:30") == {Kind.TIME}
    assert lint("一层访客台8:30–17:30") == []


def test_a_yearly_check_among_the_benefits_is_no_paper_that_comes_later() -> None:
    assert kinds("入职后再安排体检", field="health_check") == {Kind.WAIVED}
    assert lint("入职后每年安排体检", field="benefits") == []


def test_a_copy_that_the_bank_makes_is_none_that_the_candidate_brings() -> None:
    assert kinds("学位证复印件就可以", field="papers_note") == {Kind.FORM}
    assert lint("学位证复印件可以现场复印", field="papers_note") == []


def test_in_chinese_an_hour_belongs_to_the_verb_behind_it() -> None:
    assert kinds("体检完9点直接来报到", field="health_check") == {Kind.TIME}
    assert lint("9点体检完直接来报到", field="health_check") == []


def test_an_empty_text_contradicts_nothing() -> None:
    assert lint("") == lint(" \n") == []


# --- The core decides ----------------------------------------------------------------------------
def test_what_the_core_does_not_require_the_branch_may_waive_and_take_as_a_copy() -> None:
    text = "离职证明带复印件即可，三方协议可后补"
    assert kinds(text, field="papers_note") == {Kind.FORM, Kind.WAIVED}
    assert lint(text, field="papers_note", core=NO_CORE) == []


def test_what_the_core_does_not_exclude_the_branch_may_ask_for() -> None:
    assert kinds("请带户口本", field="papers_note") == {Kind.EXCLUDED}
    assert lint("请带户口本", field="papers_note", core=NO_CORE) == []


def test_a_paper_that_no_table_knows_is_recognised_by_its_name_in_the_core() -> None:
    core = dataclasses.replace(CORE, required=(CorePaper("从业承诺函", "letter of commitment", "original"),))
    assert kinds("从业承诺函带复印件即可", field="papers_note", core=core) == {Kind.FORM}
    assert kinds("the letter of commitment is optional", field="papers_note", core=core) == {Kind.WAIVED}


def test_a_paper_the_core_wants_as_a_copy_may_be_a_copy() -> None:
    core = dataclasses.replace(CORE, required=(CorePaper("学历学位证书", "degree certificates", "copy"),))
    assert lint("学历证书带复印件即可", field="papers_note", core=core) == []


def test_who_never_owed_a_paper_may_be_told_so_and_nobody_else() -> None:
    assert lint("应届毕业生无需离职证明", field="papers_note") == []
    assert kinds("应届毕业生无需三方协议", field="papers_note") == {Kind.WAIVED}


def test_a_finding_names_the_core_paper_in_the_language_of_the_text() -> None:
    assert only("文凭可后补", field="papers_note").core == "学历学位证书"
    assert only("the diploma is optional", field="papers_note").core == "degree certificates"


# --- The place decides ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    "notation",
    [
        "010-5550 6110",
        "（010）55506110",
        "01055506110转8012",
        "+86 10 5550 6110",
        "0086-10-55506110",
        "5550-6110",
        "０１０－５５５０６１１０",
        "010-5550 6000",
    ],
)
def test_the_branchs_phone_and_those_above_it_pass_in_any_notation(notation: str) -> None:
    assert lint(f"到楼下请打{notation}") == []


def test_a_phone_that_differs_in_one_digit_is_found_with_the_branchs_own_beside_it() -> None:
    finding = only("到楼下请打010-5550 6119")
    assert (finding.kind, finding.found, finding.core) == (Kind.PHONE, "010-5550 6119", "010-5550 6110")


@pytest.mark.parametrize(
    "digits", ["2023-2025年", "0830-1730", "6222 0213 8888 9999", "11010119900307123X", "公交300路", "100元"]
)
def test_digits_that_are_no_phone_number_pass(digits: str) -> None:
    assert Kind.PHONE not in kinds(f"说明：{digits}", field="benefits")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("见 https://haiyue.example.evil.com/a", "https://haiyue.example.evil.com/a"),
        ("见 https://haiyue.example@evil.com/a", "https://haiyue.example@evil.com/a"),
        ("见haiyue-example.com。", "haiyue-example.com"),
        ("见 hаiyue.example", "hаiyue.example"),
        ("打开203.0.113.7:8080/a上传", "203.0.113.7:8080/a上传"),
        ("http:\\\\evil.com", "http:\\\\evil.com"),
        ("海岳银行.网址", "海岳银行.网址"),
    ],
)
def test_a_host_that_only_looks_allowed_is_found(text: str, found: str) -> None:
    finding = only(text, field="papers_note")
    assert (finding.kind, finding.found, finding.core) == (Kind.LINK, found, "haiyue.example")


@pytest.mark.parametrize(
    "link",
    ["haiyue.example", "https://HR.Haiyue.Example:443/a?b=c#d", "hr@haiyue.example", "www.haiyue.example/表"],
)
def test_an_allowed_host_and_those_below_it_pass(link: str) -> None:
    assert lint(f"材料清单见 {link}", field="papers_note") == []


def test_full_stops_without_a_space_behind_them_are_no_links() -> None:
    assert lint("Take the lift to floor 3.Ask for Human Resources.Bring your ID card, e.g.the new one") == []


def test_the_branchs_own_name_and_address_are_no_other_place() -> None:
    assert lint("请到北京CBD支行3层报到") == lint("到岳泰路18号3层报到") == []
    assert lint("report to the CBD sub-branch, 18 Yuetai Rd.") == []


def test_the_address_of_the_node_above_is_another_place_to_report_at() -> None:
    finding = only("请到西城区望岳街8号报到")
    assert (finding.kind, finding.core) == (Kind.PLACE, "北京市朝阳区岳泰路18号3层")
    assert lint("请到西城区望岳街8号报到", place=BEIJING) == []


def test_without_names_a_text_that_names_its_branch_reads_as_another() -> None:
    assert lint("请到北京分行9层报到", place=BEIJING) == []
    assert kinds("请到北京分行9层报到", place=dataclasses.replace(BEIJING, names=())) == {Kind.PLACE}


def test_a_branch_without_phone_or_address_is_still_read() -> None:
    nowhere = Place(addresses=(), phones=())
    assert only("请打13800138000", place=nowhere).core == ""
    assert only("报到改到培训中心", place=nowhere).core == ""


# --- The explanation -----------------------------------------------------------------------------
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("core", ["", "the core's own words"])
def test_every_finding_is_explained_with_what_was_found_and_what_the_core_says(kind: Kind, core: str) -> None:
    with override("en"):
        sentence = explanation(Finding(kind, 0, 4, "100%", core))
    assert "“100%”" in sentence
    assert (core in sentence) or kind in (Kind.DATE, Kind.TIME)
    assert sentence.endswith(".")
    assert "%(" not in sentence


# --- Any text ------------------------------------------------------------------------------------
PIECES = """
    报到 到 请 于 12月8日 9点 上午 八点半 周一至周五 9:00-10:00 下周 原件 复印件 身份证 离职证明 无需 不用 后补
    乙肝 户口本 不查 但 、 ， 。 010-5550 6110 13800138000 分行 大厦 岳泰路 18号 改到 http:// haiyue.example
    ( ) ① ½ ﷺ İ ß
    report to the at 9 am on Monday a copy of your original not needed later can't cannot won't hand it in
"""
FRAGMENTS = st.sampled_from([*PIECES.split(), " ", "\n", "\u200b", "\ud800"])
ANY_TEXT = st.text(max_size=200) | st.lists(FRAGMENTS, max_size=40).map("".join)


@given(text=ANY_TEXT, field=st.sampled_from(FIELDS))
def test_no_text_upsets_it_and_every_finding_points_into_the_text(text: str, field: str) -> None:
    findings = lint(text, field=field)
    assert all(text[finding.start : finding.end] == finding.found != "" for finding in findings)
    assert [finding.start for finding in findings] == sorted(finding.start for finding in findings)
    assert len({(finding.kind, finding.start, finding.end) for finding in findings}) == len(findings)


@settings(deadline=None)  # it counts steps, and counting them is slow
@given(fragments=st.lists(FRAGMENTS, min_size=1, max_size=3), field=st.sampled_from(FIELDS))
def test_twice_the_text_takes_no_more_than_about_twice_the_steps(fragments: list[str], field: str) -> None:
    fragment = "".join(fragments)
    half = (fragment * LONGEST)[: LONGEST // 2]
    once, twice = _steps(half, field), _steps(half + half, field)
    assert twice <= 2.5 * once + 500


def _steps(text: str, field: str) -> int:
    """Calls of functions, of Python and of C, that reading the text takes; each search of a pattern is one."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        lint(text, field=field)
    finally:
        sys.setprofile(before)
    return count


def test_no_pattern_repeats_without_a_bound_so_that_each_search_is_linear_too() -> None:
    unbounded = [
        f"{module}: {pattern.pattern[:60]}"
        for module, pattern in _patterns()
        if re.search(r"[*+]|\{\d*,\}", _bare(pattern.pattern))
    ]
    assert unbounded == []


def test_the_patterns_are_all_looked_at() -> None:
    assert len({module for module, _ in _patterns()}) > 10


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for found in pkgutil.iter_modules(notifications.lint.__path__):
        module = importlib.import_module(f"notifications.lint.{found.name}")
        for value in vars(module).values():
            yield from ((found.name, pattern) for pattern in _held_by(value))


def _held_by(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (pattern for entry in value.values() for pattern in _held_by(entry))
    elif isinstance(value, list | tuple):
        yield from (pattern for entry in value for pattern in _held_by(entry))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _held_by([getattr(value, field.name) for field in dataclasses.fields(value)])


def _bare(pattern: str) -> str:
    """Without escapes, classes of letters and the marks of groups, where * and + mean themselves."""
    without_escapes = re.sub(r"\\.", "", pattern)
    return re.sub(r"\[[^\]]*\]", "C", without_escapes)


@pytest.mark.parametrize("letter", ["\u200b", "\u202e", "\u2066", "\u3164", "\U000e0041"])
def test_what_cannot_be_seen_hides_nothing(letter: str) -> None:
    assert kinds(f"请致电138{letter}0013{letter}8000") == {Kind.PHONE}
