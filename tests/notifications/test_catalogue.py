"""Which text and which facts a message is made of."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.utils import timezone

from branches.categories import Category
from branches.models import Branch
from candidates.models import Channel, Language, Style
from notifications.catalogue import Catalogue, NoTemplate
from notifications.models import (
    FieldKind,
    NotificationTemplate,
    Purpose,
    TemplateBody,
    TemplateVersion,
)
from notifications.preview import sample_offer
from tests.factories import LocalFieldFactory, LocalValueFactory, published

pytestmark = pytest.mark.django_db
NOTICE = {"purpose": Purpose.PASS_NOTICE, "channel": Channel.EMAIL}


def version_with(
    *variants: tuple[str, str], published_in: timedelta | None = timedelta(0)
) -> TemplateVersion:
    """A version of the pass notice with a mail of each (style, language), whose text names the two."""
    template, _ = NotificationTemplate.objects.get_or_create(purpose=Purpose.PASS_NOTICE)
    version = TemplateVersion.objects.create(template=template, number=template.versions.count() + 1)
    for style, language in variants:
        TemplateBody.objects.create(
            version=version, channel=Channel.EMAIL, style=style, language=language, text=f"{style} {language}"
        )
    if published_in is not None:
        version.published_at = timezone.now() + published_in
        version.save()
    return version


def found(*, style: str, language: str) -> str:
    catalogue = Catalogue.current(branches=[])
    return catalogue.body(**NOTICE, style=style, language=language).text


# --- Texts ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("style", "language", "text"),
    [
        (Style.DETAILED, Language.CHINESE, "detailed zh-hans"),
        (Style.CONCISE, Language.ENGLISH, "concise en"),
        (Style.DETAILED, Language.ENGLISH, "concise en"),
    ],
)
def test_the_variant_asked_for_is_taken_or_else_the_concise_one(style: str, language: str, text: str) -> None:
    version_with(("concise", "zh-hans"), ("detailed", "zh-hans"), ("concise", "en"))
    assert found(style=style, language=language) == text


def test_a_language_without_a_text_is_answered_in_chinese() -> None:
    version_with(("concise", "zh-hans"))
    assert found(style=Style.DETAILED, language=Language.ENGLISH) == "concise zh-hans"


def test_without_any_text_there_is_a_clear_error() -> None:
    version_with(("detailed", "zh-hans"))
    with pytest.raises(NoTemplate, match="pass_notice by email"):
        found(style=Style.CONCISE, language=Language.CHINESE)


def test_the_newest_published_version_is_used_and_neither_a_draft_nor_one_of_tomorrow() -> None:
    version_with(("concise", "zh-hans"), published_in=-timedelta(days=2))
    current = version_with(("concise", "zh-hans"), published_in=-timedelta(days=1))
    version_with(("concise", "zh-hans"), published_in=timedelta(days=1))
    version_with(("concise", "zh-hans"), published_in=None)
    catalogue = Catalogue.current(branches=[])
    body = catalogue.body(**NOTICE, style=Style.CONCISE, language=Language.CHINESE)
    assert body.version == current


def test_a_new_version_replaces_the_old_one_whole() -> None:
    version_with(("concise", "zh-hans"), ("detailed", "zh-hans"), published_in=-timedelta(days=1))
    version_with(("concise", "zh-hans"))
    assert found(style=Style.DETAILED, language=Language.CHINESE) == "concise zh-hans"


def test_the_texts_of_another_purpose_are_not_mixed_in() -> None:
    published(Purpose.WITHDRAWAL)
    with pytest.raises(NoTemplate):
        found(style=Style.CONCISE, language=Language.CHINESE)


# --- Facts ---------------------------------------------------------------------------------------
def values(branch: Branch, language: str = Language.CHINESE) -> Mapping[str, str | list[str]]:
    return Catalogue.current(branches=[branch]).values(sample_offer(branch), language=language)


def test_a_branch_has_what_it_states_itself_and_what_is_stated_above_it(bj_cbd: Branch) -> None:
    facts = values(bj_cbd)
    assert facts["metro_exit"] == "10号线示例站D口，步行约6分钟"
    assert facts["local_papers"] == ["社保转移证明"]
    assert facts["bank_name"] == "海岳银行"


def test_the_nearest_statement_wins(bj: Branch, bj_cbd: Branch, bank: Branch) -> None:
    dress = LocalFieldFactory.create(key="dress")
    LocalValueFactory.create(branch=bank, field=dress, value="总行")
    LocalValueFactory.create(branch=bj, field=dress, value="分行")
    assert [values(branch)["dress"] for branch in (bank, bj, bj_cbd)] == ["总行", "分行", "分行"]
    LocalValueFactory.create(branch=bj_cbd, field=dress, value="支行")
    assert [values(branch)["dress"] for branch in (bank, bj, bj_cbd)] == ["总行", "分行", "支行"]


def test_another_branch_s_statement_is_not_used(bj_cbd: Branch, sh_ljz: Branch) -> None:
    catalogue = Catalogue.current(branches=[bj_cbd, sh_ljz])
    assert "metro_exit" not in catalogue.values(sample_offer(sh_ljz), language=Language.CHINESE)


def test_english_falls_back_to_the_chinese_value_of_the_same_branch(bj: Branch, bj_cbd: Branch) -> None:
    dress = LocalFieldFactory.create(key="dress")
    LocalValueFactory.create(branch=bj, field=dress, value="正装", value_en="formal")
    assert values(bj_cbd, Language.ENGLISH)["dress"] == "formal"
    LocalValueFactory.create(branch=bj_cbd, field=dress, value="行服", value_en="")
    assert values(bj_cbd, Language.ENGLISH)["dress"] == "行服"


def test_a_list_is_read_line_by_line_without_empty_ones(bj_cbd: Branch) -> None:
    benefits = LocalFieldFactory.create(key="benefits", kind=FieldKind.LIST)
    LocalValueFactory.create(branch=bj_cbd, field=benefits, value="  补充医疗 \n\n企业年金\n")
    assert values(bj_cbd)["benefits"] == ["补充医疗", "企业年金"]


def test_what_headquarters_states_no_branch_can_replace(bj_cbd: Branch) -> None:
    name = LocalFieldFactory.create(key="bank_name")
    LocalValueFactory.create(branch=bj_cbd, field=name, value="另一家银行")
    assert values(bj_cbd)["bank_name"] == "海岳银行"


def test_people_of_one_branch_whom_a_condition_tells_apart_get_each_their_own(bj_cbd: Branch) -> None:
    dress = LocalFieldFactory.create(key="dress")
    LocalValueFactory.create(branch=bj_cbd, field=dress, value="正装")
    LocalValueFactory.create(
        branch=bj_cbd, field=dress, value="校服", condition={"category": {"is": [Category.CAMPUS]}}
    )
    catalogue = Catalogue.current(branches=[bj_cbd])
    graduate, lateral = sample_offer(bj_cbd), sample_offer(bj_cbd)
    graduate.candidate.category, lateral.candidate.category = Category.CAMPUS, Category.SOCIAL
    told = [
        catalogue.values(one, language=Language.CHINESE)["dress"] for one in (graduate, lateral, graduate)
    ]
    assert told == ["校服", "正装", "校服"]
