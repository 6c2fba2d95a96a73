"""The two halves of a mail say the same, and nothing in a value becomes markup."""

import pytest

from notifications.channels.email.html import as_html, plain

TEXT = "王小明，您好：\n恭喜您。\n\n# 报到材料\n· 身份证\n· 学位证\n\n期待与您相见。"


def html(text: str, *, link: str = "", subject: str = "录用通知", language: str = "zh-hans") -> str:
    return as_html(subject=subject, text=text, link=link, language=language)


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    page = html(TEXT)
    assert page.count("<h2") == page.count("<ul") == 1
    assert page.count("<li>") == 2
    assert "王小明，您好：<br>恭喜您。" in page


def test_the_plain_half_says_the_same_without_the_mark_of_a_heading() -> None:
    assert plain(TEXT) == TEXT.replace("# ", "")
    assert plain("编号 # 7") == "编号 # 7"


@pytest.mark.parametrize(
    "spiteful", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ link }}"]
)
@pytest.mark.parametrize("form", ["{}", "# {}", "· {}", "甲\n{}"])
def test_markup_in_a_value_is_shown_as_text(spiteful: str, form: str) -> None:
    page = html(form.format(spiteful), subject=spiteful)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("{{ link }}") == (3 if spiteful == "{{ link }}" else 0)


def test_a_script_s_address_is_no_link() -> None:
    assert "<a" not in html("javascript:alert(1)")


@pytest.mark.parametrize(("language", "label"), [("zh-hans", "查看并答复"), ("en", "View and answer")])
def test_the_candidate_s_link_is_a_button_in_the_language_of_the_text(language: str, label: str) -> None:
    page = html("您好", link="https://hr.bank.example/n/key/", language=language)
    assert f'<html lang="{language}">' in page
    assert page.count('href="https://hr.bank.example/n/key/"') == 1
    assert label in page


def test_without_a_link_there_is_no_button() -> None:
    assert "<a" not in html("您好")


def test_a_link_cannot_break_out_of_its_attribute() -> None:
    assert "<b>" not in html("您好", link='https://x/"><b>')
