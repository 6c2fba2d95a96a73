"""The page where a branch writes its own part of the messages: what it shows, keeps and refuses."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from branches.models import Branch, RefusedAttempt, Role, User
from candidates.models import Channel, Language, Offer, Style
from notifications.catalogue import Catalogue
from notifications.channels import TRANSPORTS
from notifications.models import (
    CoreVersion,
    FieldKind,
    LocalPaper,
    LocalValue,
    Message,
    NotificationTemplate,
    Purpose,
    TemplateBody,
    TemplateVersion,
)
from notifications.wording import write
from tests.dashboard.story import signed_in
from tests.factories import LocalFieldFactory, LocalPaperFactory, LocalValueFactory, OfferFactory, UserFactory

pytestmark = pytest.mark.django_db

TEXT = """# 报到
{{ bank_name }}欢迎{{ candidate_name }}
地铁：{{ metro_exit }}
停车：{{ parking }}
材料：{{ papers }}
{{ local_papers }}
请答复：{{ answer_at }}"""


@pytest.fixture
def letter(bank: Branch) -> TemplateVersion:
    """A pass notice by mail and SMS that names the metro exit, the car park and the papers."""
    template, _ = NotificationTemplate.objects.get_or_create(purpose=Purpose.PASS_NOTICE)
    version = TemplateVersion.objects.create(template=template, number=1)
    for channel in (Channel.EMAIL, Channel.SMS):
        for language in Language.values:
            TemplateBody.objects.create(
                version=version,
                channel=channel,
                style=Style.CONCISE,
                language=language,
                subject="{{ bank_name }}" if channel == Channel.EMAIL else "",
                text=TEXT,
            )
    TemplateVersion.objects.filter(pk=version.pk).update(published_at="2026-01-01T00:00:00Z")
    LocalFieldFactory.create(key="metro_exit")
    LocalFieldFactory.create(key="parking")
    return version


def page_of(user: User, **asked: str) -> str:
    answer = signed_in(user).get(reverse("dashboard:content"), asked)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def typed(client: Client, branch: Branch, **asked: str) -> dict[str, str]:
    """What the form of the page would post if nothing was typed."""
    page = client.get(reverse("dashboard:content"), {"branch": branch.code, **asked}).content.decode()
    return posted_by(page)


def posted_by(page: str) -> dict[str, str]:
    form = page[page.index('id="content-form"') :]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            fields[name[1]] = html.unescape(value[1]) if value else ""
    for name, value in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        fields[name] = html.unescape(value).removeprefix("\n")
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def save(user: User, branch: Branch, **changes: str) -> Any:
    """Type these over what the page of the branch holds, and save."""
    client = signed_in(user)
    names = {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(
        reverse("dashboard:content"), {**typed(client, branch), **names, "save": "1"}, follow=True
    )


def news(user: User, branch: Branch, **changes: str) -> str:
    """What htmx is answered while somebody types."""
    client = signed_in(user)
    names = {name.replace("__", "-"): value for name, value in changes.items()}
    data = {**typed(client, branch), **names}
    answer = client.post(reverse("dashboard:content"), data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def sent_part(page: str, part: str = "text") -> str:
    """The text in the phone, letter for letter."""
    start = page.index(f'data-sent="{part}"')
    inner = page[page.index(">", start) + 1 :]
    depth, end = 1, 0
    tag = "p" if part == "subject" else "div"
    for match in re.finditer(rf"<(/?){tag}\b", inner):
        depth += -1 if match[1] else 1
        if depth == 0:
            end = match.start()
            break
    return html.unescape(re.sub(r"<[^>]*>", "", inner[:end]))


# --- What is shown -------------------------------------------------------------------------------
def test_the_core_is_locked_and_local_fields_are_not(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    page = page_of(bj_cbd_hr, style="concise")
    assert re.search(r'class="core-value"><svg[^>]*aria-label="[^"]+"[^>]*>.*?</svg>\W*海岳银行', page)
    assert 'href="#v-metro_exit"' in page
    assert 'name="v-metro_exit-0-value"' in page
    assert 'name="v-bank_name-0-value"' not in page
    assert "学历学位证书原件" in page


def test_a_branch_sees_what_is_stated_above_it(bj_cbd_hr: User, bj: Branch, letter: TemplateVersion) -> None:
    LocalValueFactory.create(branch=bj, field=LocalFieldFactory.create(key="parking"), value="院内可停")
    page = page_of(bj_cbd_hr, style="concise")
    assert re.search("(沿用|From )北京分行", page)
    assert "院内可停" in page
    assert "停车：院内可停" in sent_part(page)


def test_headquarters_may_write_for_any_node(hq: User, sh_ljz: Branch, letter: TemplateVersion) -> None:
    save(hq, sh_ljz, **{"v-metro_exit-0-value": "2号线6号口"})
    assert LocalValue.objects.get(branch=sh_ljz).value == "2号线6号口"


def test_a_reviewer_reads_and_finds_nothing_to_write_in(bj_cbd: Branch, letter: TemplateVersion) -> None:
    reviewer = UserFactory.create(username="reviewer", branch=bj_cbd, role=Role.REVIEWER)
    page = page_of(reviewer)
    assert "10号线示例站D口" in page
    assert "<textarea" not in page
    assert 'name="save"' not in page


@pytest.mark.parametrize(
    ("language", "channel"), [("zh-hans", "email"), ("en", "email"), ("zh-hans", "sms"), ("en", "sms")]
)
def test_the_preview_is_letter_for_letter_what_a_worker_freezes(
    language: str, channel: str, bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    offer = OfferFactory.create(branch=bj_cbd, interview_id="AI-7", candidate__language=language)
    changes = {"v-parking-0-value": "院内可停 <免费> & 有序\n", "v-parking-0-value_en": "in the yard"}
    shown = news(bj_cbd_hr, bj_cbd, interview="AI-7", channel=channel, **changes)
    save(bj_cbd_hr, bj_cbd, **changes)
    carrier = next(one for one in TRANSPORTS.values() if one.channel == channel)
    message = Message(offer=offer, purpose=Purpose.PASS_NOTICE, channel=channel)
    catalogue = Catalogue.current(branches=[bj_cbd])
    frozen = write(message, catalogue=catalogue, transport=carrier).wording
    assert without_key(sent_part(shown)) == without_key(frozen.text)
    if channel == Channel.EMAIL:
        assert sent_part(shown, "subject") == frozen.subject


def without_key(text: str) -> str:
    return re.sub(r"(\d{4} \d{4})|/n/[\w-]{16,}/", "…", text)


def test_another_branch_s_candidate_is_not_shown(
    bj_cbd_hr: User, sh_offer: Offer, letter: TemplateVersion
) -> None:
    page = page_of(bj_cbd_hr, interview=sh_offer.interview_id)
    assert "李小红" not in page
    assert re.search(r'id="choice-interview-news"><ul class="errorlist"', page)


def test_what_differs_from_the_text_above_is_marked(
    bj_cbd_hr: User, bj: Branch, letter: TemplateVersion
) -> None:
    LocalValueFactory.create(branch=bj, value="2号线C口")
    page = page_of(bj_cbd_hr, style="concise")
    assert "<ins>10</ins>号线<ins>示例站D口，步行约6分钟</ins>" in page
    assert "<del>C口</del>" in page
    differences = page[page.index('class="differences-text"') :]
    differences = differences[: differences.index("</div>")]
    assert "地铁" in differences
    assert "材料" not in differences  # the same at both


def test_two_texts_for_the_same_people_are_told(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    for condition in ({"category": {"is": ["campus"]}}, {"category": {"is": ["campus", "intern"]}}):
        LocalValueFactory.create(branch=bj_cbd, condition=condition, value="另一出口")
    page = page_of(bj_cbd_hr)
    assert re.search(r"class=.coverage.><li>[^<]*校园招聘", page)
    assert page.count('class="coverage"') == 1


def test_whom_nothing_is_said_to_is_told(bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion) -> None:
    parking = LocalFieldFactory.create(key="parking")
    LocalValueFactory.create(branch=bj_cbd, field=parking, condition={"category": {"is": ["campus"]}})
    told = re.search(r'id="v-parking-news"[^>]*><ul class="coverage">(.*?)</ul>', page_of(bj_cbd_hr))
    assert told
    assert "社会招聘" in told[1]
    assert "实习" in told[1]


def test_the_lint_s_warning_stands_beside_the_text_and_stops_nothing(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    page = news(bj_cbd_hr, bj_cbd, **{"v-parking-0-value": "请于上午九点半到一楼报到"})
    start = page.index('id="v-parking-0-value-news"')
    assert "九点半" in page[start : page.index("</div>", start)]
    save(bj_cbd_hr, bj_cbd, **{"v-parking-0-value": "请于上午九点半到一楼报到"})
    assert LocalValue.objects.filter(field__key="parking").exists()


def test_who_changes_only_the_chinese_text_is_reminded_of_the_english_one(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    changed = {"v__metro_exit__0__value": "1号线C口"}
    reminded = "v-metro_exit-0-value_en-news"
    assert is_marked(news(bj_cbd_hr, bj_cbd, **changed), reminded)
    assert not is_marked(news(bj_cbd_hr, bj_cbd), reminded)
    both = changed | {"v__metro_exit__0__value_en": "Line 1, exit C"}
    assert not is_marked(news(bj_cbd_hr, bj_cbd, **both), reminded)


def is_marked(page: str, place: str) -> bool:
    """Whether anything stands in this place of the page."""
    found = re.search(rf'<div id="{place}"[^>]*>(.*?)</div>', page, re.DOTALL)
    return found is not None and bool(found[1].strip())


def test_a_text_that_the_candidate_of_the_preview_does_not_read_says_so(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    LocalValueFactory.create(branch=bj_cbd, condition={"category": {"is": ["campus"]}})
    place = "v-metro_exit-1-scope"
    assert is_marked(page_of(bj_cbd_hr, category="social"), place)
    assert not is_marked(page_of(bj_cbd_hr, category="campus"), place)
    assert is_marked(news(bj_cbd_hr, bj_cbd, category="social"), place)


def test_more_fields_ask_no_more_of_the_database(
    bj_cbd_hr: User,
    bj_cbd: Branch,
    letter: TemplateVersion,
    django_assert_max_num_queries: Any,
) -> None:
    client, address = signed_in(bj_cbd_hr), reverse("dashboard:content")
    client.get(address)
    with django_assert_max_num_queries(40) as asked:
        client.get(address)
    few = len(asked)
    for number in range(12):
        one = LocalFieldFactory.create(key=f"field_{number}")
        LocalValueFactory.create(branch=bj_cbd, field=one)
        LocalValueFactory.create(branch=bj_cbd, field=one, condition={"category": {"is": ["campus"]}})
    client.get(address)
    with django_assert_max_num_queries(few + 10):  # the values conditions choose from, once
        client.get(address)


def test_the_branch_reads_who_changed_what_of_its_own(
    bj_cbd_hr: User, bj_cbd: Branch, hq: User, sh_ljz: Branch, letter: TemplateVersion
) -> None:
    save(bj_cbd_hr, bj_cbd, **{"v-metro_exit-0-value": "1号线国贸站C口"})
    save(hq, sh_ljz, **{"v-metro_exit-0-value": "2号线陆家嘴站1口"})
    page = page_of(bj_cbd_hr)
    changes = page[page.index("content-changes") :]
    assert "1号线国贸站C口" in changes
    assert str(bj_cbd_hr) in changes
    assert "陆家嘴" not in changes


# --- What is saved -------------------------------------------------------------------------------
def test_a_branch_fills_in_its_own_and_takes_the_inherited_again(
    bj_cbd_hr: User, bj: Branch, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    answer = save(
        bj_cbd_hr, bj_cbd, **{"v-parking-0-value": " 地下车库 ", "v-parking-0-value_en": "car park"}
    )
    assert answer.redirect_chain[0][1] == 302
    stated = LocalValue.objects.get(branch=bj_cbd, field__key="parking")
    assert (stated.value, stated.value_en, stated.condition) == ("地下车库", "car park", {})
    save(bj_cbd_hr, bj_cbd, **{"v-parking-0-remove": "on"})
    assert not LocalValue.objects.filter(field__key="parking").exists()


def test_a_text_for_some_is_added_by_choosing(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    client = signed_in(bj_cbd_hr)
    adding = {**typed(client, bj_cbd), "v-parking-0-value": "收费", "add": "v-parking"}
    page = client.post(reverse("dashboard:content"), adding).content.decode()
    data = posted_by(page)
    assert data["v-parking-0-value"] == "收费"  # nothing typed is lost
    assert not LocalValue.objects.filter(field__key="parking").exists()
    chosen = {
        "v-parking-1-value": "实习生免费",
        "v-parking-1-condition-category": "is",
        "v-parking-1-condition-category-values": ["intern"],
    }
    client.post(reverse("dashboard:content"), {**data, **chosen, "save": "1"})
    stated = {one.value: one.condition for one in LocalValue.objects.filter(field__key="parking")}
    assert stated == {"收费": {}, "实习生免费": {"category": {"is": ["intern"]}}}


def test_a_text_that_is_too_long_is_told_beside_it_and_nothing_is_lost(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    LocalFieldFactory._meta.model.objects.filter(key="parking").update(max_length=10)
    answer = save(
        bj_cbd_hr,
        bj_cbd,
        **{"v-parking-0-value": "一二三四五六七八九十一", "v-metro_exit-0-value": "新的出口"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "一二三四五六七八九十一" in page
    assert "新的出口" in page
    assert LocalValue.objects.get().value == "10号线示例站D口，步行约6分钟"


def test_what_a_farther_node_states_is_shown_as_long_as_it_counts_for_somebody(
    bj_cbd_hr: User, bank: Branch, bj: Branch, letter: TemplateVersion
) -> None:
    LocalPaperFactory.create(branch=bank, key="photo", name="总行要的照片")
    nearer = LocalPaperFactory.create(
        branch=bj, key="photo", name="北京要的照片", condition={"category": {"is": ["social"]}}
    )
    page = page_of(bj_cbd_hr)
    assert page.index("北京要的照片") < page.index("总行要的照片")
    nearer.condition = {}
    nearer.save()
    assert "总行要的照片" not in page_of(bj_cbd_hr)


def test_a_paper_is_asked_for_beside_the_core_ones(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    client = signed_in(bj_cbd_hr)
    page = client.post(reverse("dashboard:content"), {**typed(client, bj_cbd), "add": "p-new"})
    data = posted_by(page.content.decode())
    data |= {"p-new-0-name": "暂住证", "p-new-0-name_en": "Residence card", "p-new-0-form": "original"}
    client.post(reverse("dashboard:content"), {**data, "save": "1"})
    paper = LocalPaper.objects.get(branch=bj_cbd)
    assert (paper.key, paper.name, paper.form, paper.demand) == (
        "residence_card",
        "暂住证",
        "original",
        "required",
    )


def test_a_paper_of_headquarters_cannot_be_asked_for_otherwise(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    client = signed_in(bj_cbd_hr)
    data = {**typed(client, bj_cbd), "p-new-0-name": "学历学位证书", "p-new-0-name_en": "diploma"}
    data |= {"p-new-0-form": "copy", "p-new-0-demand": "required", "save": "1"}
    answer = client.post(reverse("dashboard:content"), data)
    assert answer.status_code == 422
    assert not LocalPaper.objects.filter(branch=bj_cbd).exists()
    tried = RefusedAttempt.objects.get()
    assert (tried.what, tried.target) == ("content.core_field", "BJ-CBD/degree")


def test_who_saves_over_somebody_else_is_told_first_and_keeps_what_was_typed(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    client, address = signed_in(bj_cbd_hr), reverse("dashboard:content")
    mine = {**typed(client, bj_cbd), "v-metro_exit-0-value": "我写的", "save": "1"}
    LocalValue.objects.update(value="他写的")
    answer = client.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "我写的" in page
    assert "他写的" in page
    assert LocalValue.objects.get().value == "他写的"
    client.post(address, {**posted_by(page), "save": "1"})
    assert LocalValue.objects.get().value == "我写的"


def test_who_changes_something_else_is_not_bothered(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    client, address = signed_in(bj_cbd_hr), reverse("dashboard:content")
    mine = {**typed(client, bj_cbd), "v-parking-0-value": "可停", "save": "1"}
    LocalValue.objects.update(value="他写的")
    assert client.post(address, mine).status_code == 302
    assert set(LocalValue.objects.values_list("value", flat=True)) == {"他写的", "可停"}


# --- What is refused -----------------------------------------------------------------------------
def forged(user: User, branch: Branch, **changes: str) -> int:
    client = signed_in(user)
    return client.post(
        reverse("dashboard:content"), {"branch": branch.code, **changes, "save": "1"}
    ).status_code


def state_of_the_content() -> list[Any]:
    return [
        list(LocalValue.objects.order_by("id").values()),
        list(LocalPaper.objects.order_by("id").values()),
        list(CoreVersion.objects.values()),
    ]


@pytest.mark.parametrize(
    ("name", "what", "target"),
    [
        ("v-bank_name-0-value", "content.core_field", "BJ-CBD/bank_name"),
        ("v-onboarding_at-0-value", "content.core_field", "BJ-CBD/onboarding_at"),
        ("v-bank_name-0-remove", "content.core_field", "BJ-CBD/bank_name"),
        ("p-id_card-0-name", "content.core_field", "BJ-CBD/id_card"),
        ("v-id_card-0-value", "content.core_field", "BJ-CBD/id_card"),
        ("core-bank_name", "content.foreign_field", "BJ-CBD/core-bank_name"),
    ],
)
def test_a_forged_post_of_what_is_headquarters_is_refused_and_recorded(
    name: str, what: str, target: str, bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    before = state_of_the_content()
    assert forged(bj_cbd_hr, bj_cbd, **{name: "另一家银行"}) == 403
    assert state_of_the_content() == before
    tried = RefusedAttempt.objects.get()
    assert (tried.user, tried.what, tried.target) == (bj_cbd_hr, what, target)
    assert tried.from_address == "127.0.0.1"


def test_a_local_field_with_a_core_field_s_name_is_headquarters_all_the_same(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    LocalFieldFactory.create(key="bank_name")
    assert forged(bj_cbd_hr, bj_cbd, **{"v-bank_name-0-value": ""}) == 403
    assert RefusedAttempt.objects.get().what == "content.core_field"


def test_a_published_version_s_number_is_refused_and_recorded(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    assert forged(bj_cbd_hr, bj_cbd, version=str(letter.pk)) == 403
    assert RefusedAttempt.objects.get().what == "content.published_version"


def test_a_field_that_does_not_exist_is_not_found(bj_cbd_hr: User, bj_cbd: Branch) -> None:
    assert forged(bj_cbd_hr, bj_cbd, **{"v-nothing-0-value": "x"}) == 404
    assert RefusedAttempt.objects.get().what == "content.unknown_field"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_branch_the_person_may_not_see_is_not_found_and_the_try_recorded(
    method: str, bj_cbd_hr: User, sh_ljz: Branch, letter: TemplateVersion
) -> None:
    data = {"branch": sh_ljz.code, "v-metro_exit-0-value": "别处", "save": "1"}
    answer = getattr(signed_in(bj_cbd_hr), method)(reverse("dashboard:content"), data)
    assert answer.status_code == 404
    assert not LocalValue.objects.filter(branch=sh_ljz).exists()
    tried = RefusedAttempt.objects.get()
    assert (tried.what, tried.target) == ("content.not_yours", "SH-LJZ")


def test_a_branch_above_is_not_the_branch_s_to_see_or_write(bj_cbd_hr: User, bj: Branch) -> None:
    assert forged(bj_cbd_hr, bj, **{"v-metro_exit-0-value": "别处"}) == 404


def test_who_may_only_read_a_branch_cannot_write_it(bj_cbd: Branch, letter: TemplateVersion) -> None:
    reviewer = UserFactory.create(username="reviewer", branch=bj_cbd, role=Role.REVIEWER)
    before = state_of_the_content()
    assert forged(reviewer, bj_cbd, **{"v-metro_exit-0-value": "别处"}) == 403
    assert state_of_the_content() == before
    assert RefusedAttempt.objects.get().what == "content.not_yours"


def test_who_may_only_read_gets_no_preview_of_what_is_made_up(
    bj_cbd: Branch, letter: TemplateVersion
) -> None:
    reviewer = UserFactory.create(username="reviewer", branch=bj_cbd, role=Role.REVIEWER)
    answer = signed_in(reviewer).post(
        reverse("dashboard:content"), {"branch": "BJ-CBD"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 403
    assert RefusedAttempt.objects.get().what == "content.not_yours"


@pytest.mark.parametrize(
    "changes",
    [
        {"branch": "BJ\0CBD"},
        {"interview": "\0"},
        {"add": "v-\0"},
        {"v-metro_exit-0-value": "零\0字符"},
        {"v-metro_exit-0-was": "[" * 5000},
        {"v-metro_exit-0-was": "null", "v-metro_exit-0-remove": "on"},
        {"v-metro_exit-0-basis": "made up", "v-metro_exit-0-remove": "on", "v-metro_exit-0-was": "{}"},
        {"v-metro_exit-999-condition-category": "because", "v-metro_exit-999-value": "x"},
        {"p-new-0-name": "甲", "p-new-0-name_en": "", "p-new-0-valid_months": "9" * 40},
        {"purpose": "greeting", "channel": "fax", "category": "\0"},
    ],
)
def test_nonsense_is_answered_and_changes_nothing(
    changes: dict[str, str], bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    before, client = state_of_the_content(), signed_in(bj_cbd_hr)
    for extra in ({"save": "1"}, {"show": "1"}):
        answer = client.post(reverse("dashboard:content"), {"branch": "BJ-CBD", **changes, **extra})
        assert answer.status_code < 500
    answer = client.get(reverse("dashboard:content"), changes)
    assert answer.status_code < 500
    assert state_of_the_content() == before


def test_a_list_s_lines_are_kept_as_entries(bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion) -> None:
    LocalFieldFactory.create(key="benefits", kind=FieldKind.LIST)
    save(bj_cbd_hr, bj_cbd, **{"v-benefits-0-value": "补充医疗\r\n\r\n 企业年金 \r\n"})
    assert LocalValue.objects.get(field__key="benefits").value == "补充医疗\n企业年金"


def test_a_paper_called_new_is_a_paper_like_others(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    new = {"p__new__0__name": "新材料", "p__new__0__name_en": "New", "p__new__0__demand": "required"}
    save(bj_cbd_hr, bj_cbd, **new)
    key = LocalPaper.objects.get(branch=bj_cbd).key
    assert key != "new"
    save(bj_cbd_hr, bj_cbd, **{f"p__{key}__0__remove": "on"})
    assert not LocalPaper.objects.filter(branch=bj_cbd).exists()


@pytest.mark.parametrize(
    "name", ["13800138000", "v-13800138000-0-value", "\u202e13800138000", "x@example.com"]
)
def test_of_a_forged_name_only_what_no_person_s_data_is_kept(
    name: str, bj_cbd_hr: User, bj_cbd: Branch
) -> None:
    assert forged(bj_cbd_hr, bj_cbd, **{name: "x"}) in (403, 404)
    assert RefusedAttempt.objects.get().target == "BJ-CBD/"


def test_what_is_too_long_to_be_saved_is_not_searched_for_contradictions(
    bj_cbd_hr: User, bj_cbd: Branch, letter: TemplateVersion
) -> None:
    """A text of megabytes would hold the server up for as long as somebody likes."""

    def warned(text: str) -> bool:
        page = news(bj_cbd_hr, bj_cbd, **{"v-metro_exit-0-value": text})
        start = page.index('id="v-metro_exit-0-value-news"')
        return "13800138000" in page[start : page.index("</div>", start)]

    assert warned("请致电13800138000")
    assert not warned(f"请致电13800138000{'。' * 200}")
