"""What a carrier registers of a text message, and that the phone shows the same as with a text of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django import Settings

from branches.categories import Category
from branches.models import Branch
from candidates.models import Channel, Offer
from notifications.channels import TRANSPORTS
from notifications.channels.sms_aliyun.transport import TRANSPORT as ALIYUN
from notifications.models import ProviderRegistration, TemplateBody, TemplateVersion
from notifications.preview import SAMPLE_CODE, preview, sample_offer
from notifications.registered_text import as_read, first_difference, text_to_register, values_for
from notifications.registration_notes import difference_from, unregistrable
from notifications.review import review
from notifications.sample.load import load_sample

TWILIO = TRANSPORTS["twilio"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- The text -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "text", "registered"),
    [
        ("zh-hans", "{{ candidate_name }}您好。\n请答复。", "${candidate_name}您好。请答复。"),
        ("en", "Dear {{ candidate_name }}.\nPlease answer.", "Dear ${candidate_name}. Please answer."),
        (
            "zh-hans",
            "您好。\n\n查看：{{ answer_at }}",
            "您好。查看：https://hr.bank.example/n/ （验证码 ${answer_code}）",
        ),
        ("en", "See: {{answer_at}}", "See: https://hr.bank.example/n/ (code ${answer_code})"),
        ("zh-hans", "{{ bank_name }}“{{ position }}”", "${bank_name}“${position}”"),
        ("zh-hans", "【急】{{ papers }}", "「急」${papers}"),
    ],
)
def test_lines_run_together_and_each_value_stays_open(
    language: str, text: str, registered: str, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://hr.bank.example"
    assert text_to_register(text, language=language) == registered


def test_values_stand_as_in_a_text_of_ours() -> None:
    values = values_for(
        "${a}，${b}，${c}，${d}",
        {"a": ["一", " ", "二"], "b": "【x】\n y", "c": "{{ d }}"},
        language="zh-hans",
    )
    assert values == {"a": "一、二", "b": "「x」 y", "c": "{ d }", "d": ""}


def test_a_value_is_put_in_once_and_never_looked_into() -> None:
    assert as_read("${a}${b}", {"a": "${b}", "b": "x"}, signature="银行") == "【银行】${b}x"


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        ("您好，恭喜通过面试。", None),
        (" 您好，恭喜通过面试。\n", None),
        ("您好，恭喜通过考试。", ("您好，恭喜通过面试。", "您好，恭喜通过考试。")),
        ("您好，恭喜通过面试。请答复。", ("您好，恭喜通过面试。", "您好，恭喜通过面试。请答复。")),
        ("", ("您好，恭喜通过面试。", "")),
    ],
)
def test_the_first_difference_is_shown_with_what_stands_around_it(
    theirs: str, found: tuple[str, str] | None
) -> None:
    assert first_difference("您好，恭喜通过面试。", theirs) == found


# --- What the carrier says to it ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("registered", "said"),
    [
        ("${a}，${b}", ""),
        ("${a}${b}", "without words between them: ${a}${b}"),
        ("${a} ${b}", "without words between them: ${a}${b}"),
        ("${a}，${a}", "{{ a }} stands in it twice"),
        ("字" * 500, ""),
        ("字" * 501, "this one has 501"),
        ("请看「清单」→", "these characters: 「 」 →"),
    ],
)
def test_a_text_that_aliyun_would_not_register_is_told_why(registered: str, said: str) -> None:
    problems = list(ALIYUN.text_problems(registered))
    assert len(problems) == bool(said)
    assert said in "".join(problems)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("字" * 35, ""),
        ("字" * 36, "at most 35 characters"),
        (" ", "no empty value"),
        ("见 http://bank.example", "no address"),
    ],
)
def test_a_value_that_aliyun_does_not_take_is_told_why(value: str, said: str) -> None:
    problem = ALIYUN.value_problem(value)
    assert bool(problem) == bool(said)
    assert said in problem


# --- The sample bank ----------------------------------------------------------------------------
@pytest.fixture
def sample_bank(db: None, settings: Settings) -> None:
    """With Aliyun as its only carrier of text messages."""
    settings.SMS_PROVIDERS = ["aliyun"]
    settings.ALIYUN_ACCESS_KEY_ID = settings.ALIYUN_ACCESS_KEY_SECRET = "made up"
    settings.ALIYUN_SMS_SIGN_NAME, settings.ALIYUN_CALLBACK_SECRET = "海岳银行", "made-up-aliyun-callback"
    load_sample(password="a long enough password")


def registered_bodies() -> list[TemplateBody]:
    """Lists and English values are too long to be registered: those texts go by other carriers."""
    bodies = TemplateBody.objects.filter(channel=Channel.SMS).exclude(provider_template="")
    return list(bodies.select_related("version__template"))


def people(language: str) -> list[Offer]:
    branches = Branch.objects.places_of_work()
    return [
        sample_offer(branch, category=category, language=language)
        for branch in branches
        for category in Category.values
    ]


@pytest.mark.usefixtures("sample_bank")
def test_what_the_sample_bank_has_registered_stands_there_as_it_is_written() -> None:
    templates = ProviderRegistration.objects.filter(provider="aliyun", code__startswith="SMS_")
    assert len(registered_bodies()) == templates.count() == 11
    for body in registered_bodies():
        entry = ProviderRegistration.objects.get(code=body.provider_template)
        assert not list(unregistrable(body, body.version.passages.all(), ALIYUN)), body
        assert difference_from(body, entry) == ""


@pytest.mark.usefixtures("sample_bank")
def test_every_value_of_the_sample_bank_is_one_that_the_carrier_takes() -> None:
    for body in registered_bodies():
        for offer in people(body.language):
            wording = preview(offer, purpose=body.version.template.purpose, channel=Channel.SMS)
            values = json.loads(wording.template_values)
            assert not any(map(ALIYUN.value_problem, values.values())), values


@pytest.mark.usefixtures("sample_bank")
def test_the_phone_shows_what_a_carrier_of_our_own_text_would_send() -> None:
    """But for the signature, which a carrier of templates puts before English texts as well."""
    for body in registered_bodies():
        for offer in people(body.language)[:3]:
            purpose = body.version.template.purpose
            theirs = preview(offer, purpose=purpose, channel=Channel.SMS).text.removeprefix("【海岳银行】")
            ours = preview(offer, purpose=purpose, channel=Channel.SMS, transport=TWILIO).text
            assert theirs == ours.removeprefix("【海岳银行】").removeprefix("[Haiyue Bank] ")


@pytest.mark.usefixtures("sample_bank")
def test_the_code_is_a_value_and_the_address_is_not() -> None:
    wording = preview(people("zh-hans")[0], purpose="pass_notice", channel=Channel.SMS)
    values = json.loads(wording.template_values)
    assert values["answer_code"] == f"{SAMPLE_CODE[:4]} {SAMPLE_CODE[4:]}"
    assert not any("http" in value for value in values.values())
    assert wording.provider_template.startswith("SMS_")


@pytest.mark.usefixtures("sample_bank")
def test_nothing_stops_the_sample_bank_s_texts_from_being_published_again(settings: Settings) -> None:
    """With a carrier behind Aliyun that takes what Aliyun cannot."""
    settings.SMS_PROVIDERS, settings.SMS_MAX_PARTS = ["aliyun", "twilio"], 6
    for version in TemplateVersion.objects.all():
        assert not [str(note) for note in review(version) if note.stops], version
