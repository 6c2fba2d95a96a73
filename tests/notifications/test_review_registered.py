"""What is found in a draft whose text messages go out as registered templates, and where headquarters copies them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from branches.models import Branch, User
from candidates.models import Channel, Language
from notifications.models import Passage, ProviderRegistration, TemplateBody, TemplateVersion
from notifications.publishing import NotPublishable, new_draft, publish
from notifications.registered_text import text_to_register
from notifications.review import review
from tests.notifications.admin_pages import signed_in

pytestmark = pytest.mark.django_db
TEXT = "{{ candidate_name }}您好，查看：{{ answer_at }}"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def by_templates_only(settings: Settings) -> None:
    settings.SMS_PROVIDERS = ["aliyun"]
    settings.ALIYUN_ACCESS_KEY_ID = settings.ALIYUN_ACCESS_KEY_SECRET = "made up"
    settings.ALIYUN_SMS_SIGN_NAME, settings.ALIYUN_CALLBACK_SECRET = "海岳银行", "made-up-aliyun-callback"


def entry(kind: str, code: str, content: str = "") -> ProviderRegistration:
    return ProviderRegistration.objects.create(
        provider="aliyun", kind=kind, code=code, content=content, state="approved"
    )


@pytest.fixture
def draft(pass_notice: TemplateVersion, bj_cbd: Branch) -> TemplateVersion:
    """A draft with nothing wrong in it, registered in both languages under an approved signature."""
    draft = new_draft(pass_notice.template, source=pass_notice)
    for language, code in ((Language.CHINESE, "SMS_1"), (Language.ENGLISH, "SMS_2")):
        sms(draft, language).update(provider_template=code, text=TEXT)
        entry("template", code, text_to_register(TEXT, language=language))
    entry("signature", "海岳银行")
    return draft


def sms(draft: TemplateVersion, language: str = Language.CHINESE) -> models.QuerySet[TemplateBody]:
    return draft.bodies.filter(channel=Channel.SMS, language=language)


def found(draft: TemplateVersion, *, stops: bool) -> str:
    return "\n".join(str(note) for note in review(draft) if note.stops == stops)


def sms_notes(draft: TemplateVersion) -> list[str]:
    return [str(note) for note in review(draft) if "SMS" in note.where]


def test_texts_that_are_registered_as_they_stand_have_nothing_against_them(draft: TemplateVersion) -> None:
    assert sms_notes(draft) == []


def test_another_text_than_the_registered_one_stops_it_and_shows_where(
    draft: TemplateVersion, hq: User
) -> None:
    sms(draft).update(text=TEXT.replace("查看", "请查看"))
    [note] = sms_notes(draft)
    assert "Registered under SMS_1 is another text" in note
    assert "您好，查看：" in note
    assert "您好，请查看：" in note
    with pytest.raises(NotPublishable, match="Registered under SMS_1"):
        publish(draft, by=hq)


def test_a_change_of_the_public_address_is_a_difference(draft: TemplateVersion, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://elsewhere.example"
    assert "Registered under SMS_1 is another text" in found(draft, stops=True)


def test_a_register_that_does_not_hold_the_text_cannot_be_compared(draft: TemplateVersion) -> None:
    ProviderRegistration.objects.filter(code="SMS_1").update(content=" ")
    assert "does not say what is registered under SMS_1" in found(draft, stops=True)


@pytest.mark.parametrize("state", ["requested", "refused", "expired"])
def test_a_text_that_is_not_approved_stops_it(draft: TemplateVersion, state: str) -> None:
    ProviderRegistration.objects.filter(code="SMS_1").update(state=state)
    assert f"SMS_1 is not approved: {state.capitalize()}." in found(draft, stops=True)


def test_the_same_number_at_another_carrier_is_no_approval(draft: TemplateVersion) -> None:
    ProviderRegistration.objects.filter(code="SMS_1").update(provider="wechat")
    assert "SMS_1 is not approved: not in the register." in found(draft, stops=True)


def test_a_paragraph_for_some_cannot_stand_in_a_registered_text(draft: TemplateVersion) -> None:
    campus = {"category": {"is": ["campus"]}}
    Passage.objects.create(version=draft, key="graduates", text="一", text_en="one", condition=campus)
    sms(draft).update(text="您好。{{ graduates }}查看：{{ answer_at }}")
    assert "names the paragraph {{ graduates }}, which only some read" in found(draft, stops=True)


def test_what_the_carrier_does_not_register_stops_it(draft: TemplateVersion) -> None:
    sms(draft).update(text="您好，{{ bank_name }}{{ branch_name }}。查看：{{ answer_at }}")
    assert "without words between them: ${bank_name}${branch_name}" in found(draft, stops=True)


def test_a_text_without_a_number_stops_it_only_where_no_other_carrier_takes_it(
    draft: TemplateVersion, settings: Settings
) -> None:
    sms(draft).update(provider_template="")
    assert "aliyun sends registered templates only" in found(draft, stops=True)
    settings.SMS_PROVIDERS = ["aliyun", "twilio"]
    assert "aliyun sends registered templates only" in found(draft, stops=False)
    assert found(draft, stops=True) == ""


def test_a_number_means_nothing_where_no_carrier_of_templates_is_used(
    draft: TemplateVersion, settings: Settings
) -> None:
    settings.SMS_PROVIDERS = ["twilio"]
    ProviderRegistration.objects.filter(provider="aliyun").delete()
    assert sms_notes(draft) == []
    settings.SMS_PROVIDERS, settings.ALIYUN_ACCESS_KEY_ID = ["twilio", "aliyun"], ""
    assert sms_notes(draft) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("北" * 36, "takes values of at most 35 characters"),
        ("", "takes no empty value"),
        ("见 www.bank.example", "takes no address"),
    ],
)
def test_a_value_that_is_not_sent_is_told_with_its_field_and_branches(
    draft: TemplateVersion, bj_cbd: Branch, address: str, said: str
) -> None:
    Branch.objects.update(address="北京")
    Branch.objects.filter(pk=bj_cbd.pk).update(address=address)
    text = "地点：{{ branch_address }}，查看：{{ answer_at }}"
    sms(draft).update(text=text)
    ProviderRegistration.objects.filter(code="SMS_1").update(
        content=text_to_register(text, language="zh-hans")
    )
    assert f"{{{{ branch_address }}}}: Aliyun {said}" in found(draft, stops=False)
    assert found(draft, stops=False).strip().endswith("BJ-CBD")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "海岳"}, True),
        ({"state": "requested"}, True),
        ({"provider": "twilio"}, True),
        ({"code": "【海岳银行】"}, False),
    ],
)
def test_a_signature_that_is_not_approved_is_told(
    draft: TemplateVersion, changes: dict[str, str], told: bool
) -> None:
    ProviderRegistration.objects.filter(kind="signature").update(**changes)
    assert ("No signature “海岳银行” approved by aliyun" in found(draft, stops=False)) == told


# --- The page to copy from ----------------------------------------------------------------------
def test_headquarters_copies_what_is_to_be_registered(
    draft: TemplateVersion, hq: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sms(draft, Language.ENGLISH).update(provider_template="")
    client = signed_in(hq)
    with django_assert_max_num_queries(40):
        shown = client.get(reverse("admin:notifications_texts_to_register")).content.decode()
    assert "${candidate_name}您好，查看：http://testserver/n/ （验证码 ${answer_code}）" in shown
    assert "(code ${answer_code})" in shown
    assert "已按此文案通过。" in shown
    assert "文案尚未填写模板编号。" in shown
    listed = client.get(reverse("admin:notifications_providerregistration_changelist")).content.decode()
    assert "待登记文案" in listed


def test_a_branch_has_no_business_with_what_is_registered(draft: TemplateVersion, bj_hr: User) -> None:
    client: Client = signed_in(bj_hr)
    assert client.get(reverse("admin:notifications_texts_to_register")).status_code in {302, 403}
