"""Paragraphs that only some candidates read."""

from notifications.conditions import Condition, Profile
from notifications.models import Passage
from notifications.passages import with_passages

GRADUATE: Profile = {"category": frozenset(["campus"])}
LATERAL: Profile = {"category": frozenset(["social"])}
CAMPUS: Condition = {"category": {"is": ["campus"]}}


def graduates(text: str = "请带三方协议。", text_en: str = "Bring the agreement.", **more: object) -> Passage:
    return Passage(**{"key": "graduates", "condition": CAMPUS, "text": text, "text_en": text_en, **more})


def read(text: str, profile: Profile, *passages: Passage, language: str = "zh-hans") -> str:
    return with_passages(text, passages, profile=profile, language=language)


def test_a_paragraph_stands_where_it_is_named_for_whom_it_is_meant() -> None:
    text = "您好\n{{ graduates }}\n再见"
    assert read(text, GRADUATE, graduates()) == "您好\n请带三方协议。\n再见"
    assert read(text, LATERAL, graduates()) == "您好\n再见"
    assert read(text, GRADUATE, graduates(), language="en") == "您好\nBring the agreement.\n再见"


def test_inside_a_line_it_leaves_the_rest_of_the_line() -> None:
    assert read("材料：{{ graduates }}{{ papers }}", LATERAL, graduates()) == "材料：{{ papers }}"


def test_of_several_the_one_that_is_meant_counts() -> None:
    others = graduates(condition={}, text="请带离职证明。")
    assert read("{{ graduates }}", GRADUATE, graduates(), others) == "请带三方协议。"
    assert read("{{ graduates }}", LATERAL, graduates(), others) == "请带离职证明。"


def test_its_own_lines_headings_and_placeholders_are_the_template_s() -> None:
    passage = graduates(text="# 应届毕业生\n请到{{ branch_name }}")
    assert read("{{ graduates }}", GRADUATE, passage) == "# 应届毕业生\n请到{{ branch_name }}"


def test_a_paragraph_names_no_other_paragraph() -> None:
    inner = Passage(key="inner", condition={}, text="里面", text_en="")
    outer = Passage(key="outer", condition={}, text="{{ inner }}", text_en="")
    assert read("{{ outer }}", GRADUATE, inner, outer) == "{{ inner }}"


def test_a_text_without_paragraphs_stays_as_it_is() -> None:
    assert read("您好\n{{ papers }}", GRADUATE) == "您好\n{{ papers }}"
