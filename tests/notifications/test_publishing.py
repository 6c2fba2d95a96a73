"""How what headquarters states comes into force, and what nobody can do to it afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.utils import timezone

from branches.models import Branch, User
from candidates.models import Channel, Language, Offer
from notifications.catalogue import Catalogue
from notifications.channels import transport_for
from notifications.models import (
    CoreField,
    CoreVersion,
    LocalValue,
    NotificationTemplate,
    Passage,
    Purpose,
    TemplateBody,
    TemplateVersion,
    Version,
)
from notifications.outbox import claim
from notifications.plan import plan
from notifications.preview import preview, sample_offer
from notifications.publishing import (
    NotPublishable,
    new_core_draft,
    new_draft,
    new_draft_from,
    publish,
    roll_back,
    take_back,
)
from tests.factories import LocalFieldFactory, core, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(pass_notice: TemplateVersion) -> TemplateVersion:
    """A draft with the texts of the published one, and a paragraph for graduates."""
    draft = new_draft(pass_notice.template, source=pass_notice)
    text = draft.bodies.get(channel=Channel.SMS, language=Language.CHINESE)
    text.text = "{{ candidate_name }}您好。{{ graduates }}请确认：{{ answer_at }}"
    text.save()
    condition = {"category": {"is": ["campus"]}}
    Passage.objects.create(
        version=draft, key="graduates", condition=condition, text="请带三方协议。", text_en="-"
    )
    return draft


def shown(branch: Branch, **person: str) -> str:
    return preview(sample_offer(branch, **person), purpose=Purpose.PASS_NOTICE, channel=Channel.SMS).text


# --- Drafts and their moment ---------------------------------------------------------------------
def test_a_draft_has_all_of_its_source_and_knows_it(
    draft: TemplateVersion, pass_notice: TemplateVersion
) -> None:
    assert draft.based_on == pass_notice
    assert draft.bodies.count() == pass_notice.bodies.count()
    assert draft.number == pass_notice.number + 1
    copy = new_draft_from(draft)
    assert [passage.text for passage in copy.passages.all()] == ["请带三方协议。"]


def test_a_core_draft_starts_from_the_newest_core(bank: Branch) -> None:
    draft = new_core_draft()
    assert draft.number == 2
    assert [value.value for value in draft.values.all()] == ["海岳银行"]
    assert [paper.key for paper in draft.papers.all()] == ["id_card", "degree"]


def test_what_is_published_is_what_candidates_get(draft: TemplateVersion, hq: User, bj_cbd: Branch) -> None:
    assert "三方协议" not in shown(bj_cbd, category="campus")
    publish(draft, by=hq)
    assert "请带三方协议。" in shown(bj_cbd, category="campus")
    assert "三方协议" not in shown(bj_cbd, category="social")


def test_a_version_waits_for_its_moment(
    draft: TemplateVersion, hq: User, bj_cbd: Branch, time_machine: object
) -> None:
    moment = timezone.now() + timedelta(hours=1)
    publish(draft, by=hq, at=moment)
    assert "三方协议" not in shown(bj_cbd, category="campus")
    time_machine.move_to(moment)  # type: ignore[attr-defined]
    assert "三方协议" in shown(bj_cbd, category="campus")


def test_until_its_moment_a_version_can_be_taken_back(draft: TemplateVersion, hq: User) -> None:
    publish(draft, by=hq, at=timezone.now() + timedelta(hours=1))
    take_back(draft)
    draft.refresh_from_db()
    assert draft.is_draft
    publish(draft, by=hq)
    with pytest.raises(NotPublishable):
        take_back(draft)


@pytest.mark.parametrize("hours", [-1, 0])
def test_a_moment_that_is_past_is_refused(draft: TemplateVersion, hq: User, hours: int) -> None:
    with pytest.raises(NotPublishable):
        publish(draft, by=hq, at=timezone.now() + timedelta(hours=hours))


def test_nothing_is_published_twice(draft: TemplateVersion, hq: User) -> None:
    publish(draft, by=hq)
    with pytest.raises(NotPublishable):
        publish(draft, by=hq)


def test_rolling_back_is_a_new_version_with_the_old_content(
    draft: TemplateVersion, pass_notice: TemplateVersion, hq: User, bj_cbd: Branch
) -> None:
    before = shown(bj_cbd)
    publish(draft, by=hq)
    assert shown(bj_cbd) != before
    again = roll_back(pass_notice, by=hq)
    assert shown(bj_cbd) == before
    assert (again.number, again.based_on) == (3, pass_notice)
    assert again.published_by == hq


# --- What is in force reaches what is still to be sent, and nothing that was ---------------------
def test_a_changed_core_paper_is_in_all_messages_not_yet_sent_and_in_none_already_sent(
    offer: Offer, hq: User, bj_cbd: Branch, settings: object
) -> None:
    version = published()
    later = new_draft(version.template, source=version)
    later.bodies.exclude(channel=Channel.WECHAT).update(text="{{ papers }}")
    publish(later, by=hq)
    sms = transport_for(Channel.SMS)
    assert sms
    plan(offer=offer, purpose=Purpose.PASS_NOTICE)
    claim(transport=sms, limit=10)
    waiting = plan(offer=offer, purpose=Purpose.PASS_NOTICE, occurrence="2")
    assert waiting
    draft = new_core_draft()
    draft.papers.filter(key="degree").update(name="学位证书", form="copy")
    publish(draft, by=hq)
    assert "学位证书复印件" in shown(bj_cbd)
    claim(transport=sms, limit=10)
    sent, waiting = offer.messages.order_by("created_at")
    assert "学历学位证书原件" in sent.text
    assert "学位证书复印件" in waiting.text
    assert [message.core and message.core.number for message in (sent, waiting)] == [1, 2]


# --- What nobody can do --------------------------------------------------------------------------
def parts_of(version: Version) -> list[models.Model]:
    names = ("bodies", "passages", "values", "papers")
    return [part for name in names if hasattr(version, name) for part in getattr(version, name).all()]


@pytest.mark.parametrize("kind", [TemplateVersion, CoreVersion])
def test_what_is_published_can_neither_be_changed_nor_deleted_in_any_way(
    kind: type[Version], draft: TemplateVersion, hq: User
) -> None:
    core(dress="正装", papers=[{"key": "id_card", "name": "身份证"}])
    publish(draft, by=hq)
    version = kind._default_manager.latest("created_at")
    parts = parts_of(version)
    assert len({type(part) for part in parts}) == 2
    for row in [version, *parts]:
        model, table = type(row), row._meta.db_table
        for verb in ("UPDATE {} SET id = id", "DELETE FROM {}"):
            sql = verb.format(table) + " WHERE id = %s"
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, [row.pk])
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            model._default_manager.filter(pk=row.pk).delete()
    for part in parts:
        part.pk, part._state.adding = uuid4(), True  # nor is anything added to it
        with pytest.raises(DatabaseError, match="published version"), transaction.atomic():
            part.save()


def test_a_branch_s_value_can_point_at_no_core_field(bj_cbd: Branch) -> None:
    """By the schema: there is no key of a core field that a local value could hold."""
    core_field = CoreField.objects.get(key="bank_name")
    own = bj_cbd.local_values.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LocalValue.objects.create(branch=bj_cbd, field_id=core_field.pk, value="另一家银行")
        connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_localvalue SET field_id = %s WHERE id = %s", [core_field.pk, own.pk]
        )
        connection.check_constraints()


def test_a_part_cannot_be_moved_into_what_is_published(
    draft: TemplateVersion, pass_notice: TemplateVersion
) -> None:
    body = draft.bodies.all()[0]
    body.version, body.style = pass_notice, "detailed"
    with pytest.raises(DatabaseError, match="published version"), transaction.atomic():
        body.save()


def test_what_waits_for_its_moment_keeps_its_texts_as_well(draft: TemplateVersion, hq: User) -> None:
    publish(draft, by=hq, at=timezone.now() + timedelta(days=1))
    with pytest.raises(DatabaseError, match="published version"), transaction.atomic():
        draft.bodies.update(text="…")


# --- Every process sees it at once ---------------------------------------------------------------
def test_what_is_kept_costs_two_queries_and_is_old_with_any_change(
    pass_notice: TemplateVersion, bj_cbd: Branch, hq: User, django_assert_num_queries: object
) -> None:
    Catalogue.current(branches=[bj_cbd])
    with django_assert_num_queries(2):  # type: ignore[operator]
        kept = Catalogue.current(branches=[bj_cbd])
    assert Catalogue.current(branches=[bj_cbd]).bodies is kept.bodies
    for change in (
        lambda: bj_cbd.local_values.update(value="D口"),
        lambda: bj_cbd.local_values.all().delete(),
        lambda: LocalFieldFactory.create(key="parking"),
        lambda: core(bank_name="海岳银行股份有限公司"),
        lambda: publish(new_draft_from(pass_notice), by=hq),
    ):
        before = Catalogue.current(branches=[bj_cbd])
        change()
        assert Catalogue.current(branches=[bj_cbd]).bodies is not before.bodies


def test_a_change_that_is_taken_back_leaves_nothing_behind(bj_cbd: Branch) -> None:
    offer = sample_offer(bj_cbd)

    def metro_exit() -> object:
        return Catalogue.current(branches=[bj_cbd]).values(offer, language="zh-hans")["metro_exit"]

    before = metro_exit()
    with transaction.atomic():
        bj_cbd.local_values.update(value="另一个出口")
        assert metro_exit() == "另一个出口"
        transaction.set_rollback(True)
    assert metro_exit() == before


def test_drafts_do_not_make_what_is_kept_old(draft: TemplateVersion, bj_cbd: Branch) -> None:
    before = Catalogue.current(branches=[bj_cbd])
    TemplateBody.objects.filter(version=draft).update(text="…")
    assert Catalogue.current(branches=[bj_cbd]).bodies is before.bodies


def test_there_is_one_template_a_purpose(pass_notice: TemplateVersion) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        NotificationTemplate.objects.create(purpose=Purpose.PASS_NOTICE)
