"""What differs is marked by whole words, reads well, and hides nothing."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from notifications.differences import Piece, compare, marked
from notifications.models import CorePaper, CoreValue, CoreVersion, Passage, TemplateVersion
from notifications.publishing import new_core_draft, new_draft

WORDS = st.text(alphabet="请携带原件复印 abc1\n。{}<", max_size=60)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_the_marked_one(old: str, new: str) -> None:
    pieces = marked(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        (
            "请携带身份证原件报到。",
            "请携带身份证复印件报到。",
            [("same", "请携带身份证"), ("removed", "原"), ("added", "复印"), ("same", "件报到。")],
        ),
        (
            "Line 10, exit D",
            "Line 12, exit D",
            [("same", "Line "), ("removed", "10"), ("added", "12"), ("same", ", exit D")],
        ),
        (
            "{{ position }}岗",
            "{{ branch_name }}岗",
            [("removed", "{{ position }}"), ("added", "{{ branch_name }}"), ("same", "岗")],
        ),
        ("一样", "一样", [("same", "一样")]),
        ("", "新", [("added", "新")]),
        ("旧", "", [("removed", "旧")]),
        ("", "", []),
    ],
)
def test_words_are_marked_whole(old: str, new: str, pieces: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in marked(old, new)] == pieces


def test_a_letter_left_over_between_two_changes_is_told_with_them() -> None:
    assert [piece.kind for piece in marked("甲一乙", "丙一丁")] == ["removed", "added"]


def test_changes_of_two_lines_stay_on_their_lines() -> None:
    kinds = [piece.kind for piece in marked("甲\n乙", "丙\n丁")]
    assert kinds == ["removed", "added", "same", "removed", "added"]


def test_the_page_marks_without_colour_and_escapes() -> None:
    pieces = [Piece("same", "a<b"), Piece("added", "<i>"), Piece("removed", "c")]
    shown = render_to_string("differences.html", {"pieces": pieces}).strip()
    assert shown == "a&lt;b<ins>&lt;i&gt;</ins><del>c</del>"


def test_of_two_versions_only_what_differs_is_told(pass_notice: TemplateVersion) -> None:
    draft = new_draft(pass_notice.template, source=pass_notice)
    assert compare(pass_notice, draft) == []
    draft.bodies.filter(channel="sms", language="zh-hans").update(text="恭喜{{ candidate_name }}。")
    Passage.objects.create(
        version=draft,
        key="for_graduates",
        condition={"category": {"is": ["campus"]}},
        text="应届",
        text_en="New",
    )
    [(text, _), (paragraph, pieces)] = compare(pass_notice, draft)
    assert text == str(draft.bodies.get(channel="sms", language="zh-hans"))
    assert "for_graduates" in paragraph
    assert [piece.kind for piece in pieces] == ["added"]
    assert "校园招聘" in pieces[0].text


@pytest.mark.usefixtures("bank")
def test_of_the_core_values_papers_and_their_order_are_compared() -> None:
    draft = new_core_draft()
    old = CoreVersion.objects.get(number=1)
    assert compare(old, draft) == []
    CoreValue.objects.filter(version=draft).update(value="海岳村镇银行")
    assert len(compare(old, draft)) == 1
    CorePaper.objects.filter(version=draft, key="degree").update(condition={"city": {"is": ["北京"]}})
    assert len(compare(old, draft)) == 2
    CorePaper.objects.filter(version=draft, key="id_card").update(position=9)
    assert len(compare(old, draft)) == 3


@pytest.mark.usefixtures("bank")
def test_a_paper_is_called_by_its_name_and_is_one_part_when_that_changes() -> None:
    draft = new_core_draft()
    old = CoreVersion.objects.get(number=1)
    CorePaper.objects.filter(version=draft, key="degree").update(name="毕业证书")
    papers = [title for title, _ in compare(old, draft) if "毕业证书" in title]
    assert len(papers) == 1
    assert not any("degree" in title for title, _ in compare(old, draft))


def test_without_an_older_version_all_of_it_is_new(pass_notice: TemplateVersion) -> None:
    found = compare(None, pass_notice)
    assert len(found) == sum(
        1 + bool(body.subject) + bool(body.provider_template) for body in pass_notice.bodies.all()
    )
    assert {piece.kind for _, pieces in found for piece in pieces} == {"added"}


@pytest.mark.parametrize(("old", "new"), [("甲" * 2000, "甲乙" * 1000), ("甲\n" * 1000, "甲\n乙\n" * 1000)])
def test_what_would_take_a_minute_to_compare_word_by_word_is_told_as_a_whole(old: str, new: str) -> None:
    assert marked(old, new) == [Piece("removed", old), Piece("added", new)]


def test_of_long_texts_only_the_lines_that_differ_are_compared() -> None:
    before, after = "".join(f"第{n}行：请带材料。\n" for n in range(300)), "再见"
    old, new = f"{before}请带身份证原件。\n{after}", f"{before}请带身份证复印件。\n{after}"
    told = [(piece.kind, piece.text) for piece in marked(old, new) if piece.kind != "same"]
    assert told == [("removed", "原"), ("added", "复印")]
