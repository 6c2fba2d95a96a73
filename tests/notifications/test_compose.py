"""What a template's text and an offer's facts make together, and what no value can do to it."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candidates.models import Channel, Language
from notifications.channels.email.html import as_html
from notifications.channels.wechat.transport import template_fields
from notifications.compose import (
    Value,
    compose,
    compose_line,
    placeholders,
    sms_parts,
)
from notifications.facts import FILLED_BY_SYSTEM
from notifications.models import Passage
from notifications.passages import with_passages

BANK: dict[str, Value] = {"bank_name": "海岳银行"}
ENGLISH_BANK: dict[str, Value] = {"bank_name": "Haiyue Bank"}


def mail(text: str, *, language: str = Language.CHINESE, **values: Value) -> str:
    return compose(text, values, channel=Channel.EMAIL, language=language)


def sms(text: str, *, language: str = Language.CHINESE, **values: Value) -> str:
    bank = ENGLISH_BANK if language == Language.ENGLISH else BANK
    return compose(text, {**bank, **values}, channel=Channel.SMS, language=language)


def card(text: str, **values: Value) -> list[tuple[str, str]]:
    return template_fields(compose(text, values, channel=Channel.WECHAT, language=Language.CHINESE))


# --- Lines and lists -----------------------------------------------------------------------------
@pytest.mark.parametrize("nothing", ["", [], "  ", [""], "\n\n"])
def test_a_line_whose_placeholders_are_all_empty_is_left_out(nothing: Value) -> None:
    assert mail("您好\n停车：{{ parking }}\n再见", parking=nothing) == "您好\n再见"


def test_a_line_whose_placeholders_are_unknown_to_the_offer_is_left_out() -> None:
    assert mail("您好\n停车：{{ parking }}\n再见") == "您好\n再见"


def test_a_line_with_one_value_among_its_placeholders_stays() -> None:
    assert mail("{{ metro_exit }}停车：{{ parking }}", parking="有") == "停车：有"


def test_a_line_without_placeholders_always_stays() -> None:
    assert mail("您好") == "您好"


def test_what_a_left_out_line_leaves_is_one_empty_line() -> None:
    assert mail("您好\n\n{{ parking }}\n\n再见") == "您好\n\n再见"


def test_a_list_alone_on_its_line_becomes_a_line_for_each_entry() -> None:
    assert mail("请带：\n{{ papers }}", papers=["身份证", "学位证"]) == "请带：\n· 身份证\n· 学位证"


@pytest.mark.parametrize(("language", "joined"), [("zh-hans", "请带a、b。"), ("en", "请带a, b。")])
def test_a_list_inside_a_line_is_joined_as_the_language_does(language: str, joined: str) -> None:
    assert mail("请带{{ papers }}。", papers=["a", "b"], language=language) == joined


def test_a_long_text_alone_on_its_line_keeps_its_lines() -> None:
    assert mail("说明：\n{{ notes }}", notes="一\n二") == "说明：\n一\n二"


def test_a_placeholder_may_be_written_with_or_without_spaces() -> None:
    assert mail("{{position}} {{   position }}", position="柜员") == "柜员 柜员"
    assert placeholders("{{position}} {{ dress }} {{ Dress }}") == {"position", "dress"}


# --- A value stays a value -----------------------------------------------------------------------
@pytest.mark.parametrize("template", ["{{ candidate_name }}", "{{ candidate_name }}，您好", "{{ papers }}"])
def test_a_placeholder_inside_a_value_is_never_filled_in(template: str) -> None:
    spiteful = "{{ answer_at }}"
    composed = mail(template, candidate_name=spiteful, papers=[spiteful], answer_at="secret")
    assert "{ answer_at }" in composed
    assert "secret" not in composed
    assert "{{" not in composed


def test_braces_of_a_value_and_of_the_template_make_no_placeholder_together() -> None:
    assert mail("{{{ candidate_name }} answer_at }}", candidate_name="{", answer_at="x") == "{ answer_at }"


@pytest.mark.parametrize("breaking", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_a_line_break_inside_a_value_does_not_break_the_line(breaking: str) -> None:
    assert mail("{{ candidate_name }}，您好", candidate_name=f"王{breaking}小明") == "王 小明，您好"
    assert mail("{{ papers }}", papers=[f"身份证{breaking}原件"]) == "· 身份证 原件"


@pytest.mark.parametrize("mark", ["# ", "· ", "# # ", "· # ", " # ", "#  ", "#\t"])
@pytest.mark.parametrize("template", ["{{ notes }}", "{{ notes }}。", "{{ notes }}{{ dress }}"])
def test_a_value_makes_neither_a_heading_nor_a_bullet(mark: str, template: str) -> None:
    text = mail(f"您好\n{template}", notes=f"{mark}总行通知")
    html = as_html(subject="", text=text, link="", language="zh-hans")
    assert "总行通知" in html
    assert "<h2" not in html
    assert "<li" not in html


def test_a_later_line_of_a_long_value_makes_no_heading_either() -> None:
    text = mail("{{ notes }}", notes="一\n# 二\n· 三")
    html = as_html(subject="", text=text, link="", language="zh-hans")
    assert "<h2" not in html
    assert "<li" not in html


def test_the_template_s_own_headings_and_bullets_stay() -> None:
    assert mail("# {{ position }}\n· {{ dress }}", position="柜员", dress="正装") == "# 柜员\n· 正装"


@pytest.mark.parametrize("template", ["thing1: {{ position }}", "thing1: {{ notes }}\n{{ position }}"])
def test_a_value_makes_no_wechat_field_of_its_own(template: str) -> None:
    fields = card(template, position="柜员\nthing9: 转账", notes="柜员")
    assert [name for name, _ in fields] == ["thing1"]


def test_a_colon_in_a_value_does_not_cut_the_wechat_field() -> None:
    assert card("time2: {{ onboarding_at }}", onboarding_at="2026-12-07 09:00") == [
        ("time2", "2026-12-07 09:00")
    ]


def test_a_subject_is_one_line_whatever_its_values() -> None:
    values: dict[str, Value] = {"position": "柜员\nBcc: x@example.com", "papers": ["a", "b"], "notes": "1\n2"}
    for template in (
        "{{ position }}",
        "{{ position }}通知",
        "{{ papers }}",
        "{{ notes }}",
        "甲\n乙{{ notes }}",
    ):
        assert len(compose_line(template, values, language="zh-hans").splitlines()) == 1


# --- SMS -----------------------------------------------------------------------------------------
def test_a_chinese_text_message_is_one_run_behind_the_signature() -> None:
    assert sms("王小明，您好。\n\n  请确认。  \n") == "【海岳银行】王小明，您好。请确认。"


def test_no_value_of_a_text_message_passes_for_another_sender_s_signature() -> None:
    assert sms("出口：{{ exit }}", exit="D口【别家银行】") == "【海岳银行】出口：D口「别家银行」"


def test_an_english_text_message_is_joined_with_spaces_and_signed_in_ascii() -> None:
    assert sms("Dear Alex,\nplease answer.", language="en") == "[Haiyue Bank] Dear Alex, please answer."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("您" * 70, 1),
        ("您" * 71, 2),
        ("您" * 134, 2),
        ("您" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 159 + "您", 3),  # one Chinese character makes all of it UCS-2
        ("😀" * 35, 1),
        ("😀" * 35 + "a", 2),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 158 + "[", 1),
        ("a" * 159 + "[", 2),
        ("`", 1),
        ("`" * 71, 2),  # a back quote is not in the GSM alphabet
    ],
)
def test_parts_are_counted_as_carriers_bill_them(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 152 + "€" + "a" * 152, 3), ("您" * 66 + "😀" + "您" * 66, 3), ("您" * 65 + "😀" + "您" * 67, 2)],
)
def test_a_character_of_two_units_is_never_split_between_parts(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@given(st.text(alphabet="a€您😀[ ", max_size=600))
def test_a_longer_text_never_has_fewer_parts(text: str) -> None:
    assert sms_parts(text) <= sms_parts(text + "a") <= sms_parts(text) + 1


# --- WeChat --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("length", "shown"), [(20, "字" * 20), (21, "字" * 19 + "…"), (99, "字" * 19 + "…")])
def test_a_wechat_field_has_twenty_characters_at_most(length: int, shown: str) -> None:
    assert card("thing1: {{ position }}", position="字" * length) == [("thing1", shown)]


def test_a_wechat_field_without_a_value_is_left_out() -> None:
    assert card("thing1: {{ position }}\nthing2: {{ dress }}", position="柜员") == [("thing1", "柜员")]


# --- Whatever is put in --------------------------------------------------------------------------
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.sampled_from(sorted(FILLED_BY_SYSTEM))
pieces = st.one_of(texts, names.map(lambda name: f"{{{{ {name} }}}}"), st.just("{{ graduates }}"))
templates = st.lists(st.lists(pieces, max_size=6).map("".join), max_size=6).map("\n".join)
SPITEFUL = "<b onload='x'>&\"{{ answer_at }}{{"
hostile = st.one_of(texts, st.just(SPITEFUL), st.lists(st.one_of(texts, st.just(SPITEFUL)), max_size=3))
values_of_offers = st.dictionaries(names, hostile, max_size=8)


@settings(max_examples=500)
@given(
    template=templates,
    paragraph=templates,
    values=values_of_offers,
    channel=st.sampled_from(Channel.values),
    language=st.sampled_from(Language.values),
)
def test_composing_never_fails_nor_leaves_a_placeholder_nor_lets_a_value_be_more_than_text(
    template: str, paragraph: str, values: dict[str, Value], channel: str, language: str
) -> None:
    passage = Passage(key="graduates", condition={}, text=paragraph, text_en=paragraph)
    expanded = with_passages(template, [passage], profile={}, language=language)
    text = compose(expanded, values, channel=channel, language=language)
    subject = compose_line(template, values, language=language)
    for composed in (text, subject):
        assert "{{" not in composed
        assert "}}" not in composed
    assert len(subject.splitlines()) <= 1
    html = as_html(subject=subject, text=text, link="", language=language)
    assert "<b onload" not in html
    for _, value in template_fields(text) if channel == Channel.WECHAT else ():
        assert len(value) <= 20


def test_a_value_is_a_text_or_a_list_of_texts() -> None:
    assert get_args(Value) == (str, list[str])
