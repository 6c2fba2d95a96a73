"""Headquarters states the core: a value for each field in both languages, papers, and when they count."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from branches.models import Branch, User
from candidates.models import Offer
from notifications.catalogue import Catalogue
from notifications.models import CoreVersion
from notifications.publishing import new_core_draft, publish
from tests.factories import CoreFieldFactory
from tests.notifications.admin_pages import DIALOG, as_auditor, as_hq, page

__all__ = ["as_auditor", "as_hq"]


@pytest.fixture
def draft(bank: Branch) -> CoreVersion:
    return new_core_draft()


def core_form(version: CoreVersion, *, added: dict[str, Any] | None = None, **values: str) -> dict[str, Any]:
    """The form of a core version as its page holds it. `values`: by key, new Chinese values; `added`: a further row."""
    rows = list(version.values.order_by("field__key"))
    fields: dict[str, Any] = {"note": "", "values-INITIAL_FORMS": len(rows), "values-TOTAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        stated = {"id": row.pk, "version": version.pk, "field": row.field_id, "value_en": row.value_en}
        stated["value"] = values.get(row.field.key, row.value)
        fields |= {f"values-{number}-{name}": value for name, value in stated.items()}
    if added:
        fields |= {f"values-{len(rows)}-{name}": value for name, value in added.items()}
        fields["values-TOTAL_FORMS"] = len(rows) + 1
    return fields | papers_form(version)


def papers_form(version: CoreVersion, **changes: Any) -> dict[str, Any]:
    """Papers as the page holds them; `changes` to the first of them."""
    papers = list(version.papers.all())
    fields: dict[str, Any] = {"papers-TOTAL_FORMS": len(papers), "papers-INITIAL_FORMS": len(papers)}
    names = ("key", "name", "name_en", "demand", "form", "purpose", "purpose_en", "kept_months", "position")
    for number, paper in enumerate(papers):
        stated = {name: getattr(paper, name) for name in names} | {"id": paper.pk, "version": version.pk}
        stated |= changes if number == 0 else {}
        fields |= {f"papers-{number}-{name}": value for name, value in stated.items()}
    return fields


def test_a_draft_starts_from_the_newest_and_opens_its_page(as_hq: Client, bank: Branch) -> None:
    answer = as_hq.post(page(CoreVersion, "new_core_draft"), DIALOG)
    draft = CoreVersion.objects.get(number=2)
    assert answer["HX-Redirect"] == page(CoreVersion, "change", draft.pk)
    assert draft.values.count() == CoreVersion.objects.get(number=1).values.count()
    assert draft.papers.count() == 2
    as_hq.get(page(CoreVersion, "new_core_draft"))
    assert CoreVersion.objects.count() == 2


def test_a_field_that_was_added_since_has_a_row_of_its_own(as_hq: Client, draft: CoreVersion) -> None:
    hotline = CoreFieldFactory.create(key="hotline", label="总行服务热线")
    shown = as_hq.get(page(CoreVersion, "change", draft.pk)).content.decode()
    assert "总行服务热线" in shown
    assert f'value="{hotline.pk}"' in shown
    added = {"field": hotline.pk, "value": "95000", "value_en": "95000"}
    answer = as_hq.post(page(CoreVersion, "change", draft.pk), core_form(draft, added=added))
    assert answer.status_code == 302
    assert draft.values.get(field=hotline).value == "95000"
    assert as_hq.get(page(CoreVersion, "change", draft.pk)).content.decode().count("总行服务热线") >= 1


def test_a_row_left_empty_is_not_stored_but_stops_publishing(as_hq: Client, draft: CoreVersion) -> None:
    hotline = CoreFieldFactory.create(key="hotline")
    added = {"field": hotline.pk, "value": "", "value_en": ""}
    assert as_hq.post(page(CoreVersion, "change", draft.pk), core_form(draft, added=added)).status_code == 302
    assert not draft.values.filter(field=hotline).exists()
    assert len(as_hq.get(page(CoreVersion, "publish", draft.pk)).context["stops"]) == 1


def test_values_and_papers_of_a_draft_are_edited_and_published(
    as_hq: Client, draft: CoreVersion, offer: Offer
) -> None:
    paper = {"form": "original", "condition-category": "not", "condition-category-values": ["intern"]}
    form = core_form(draft, bank_name="海岳村镇银行") | papers_form(draft, **paper)
    assert as_hq.post(page(CoreVersion, "change", draft.pk), form).status_code == 302
    assert draft.papers.get(key="id_card").condition == {"category": {"not": ["intern"]}}
    titles = [title for title, _ in as_hq.get(page(CoreVersion, "publish", draft.pk)).context["differences"]]
    assert len(titles) == 2
    as_hq.post(page(CoreVersion, "publish", draft.pk))
    values = Catalogue.current(branches=[offer.branch]).values(offer, language="zh-hans")
    assert values["bank_name"] == "海岳村镇银行"
    assert values["papers"] == ["身份证原件", "学历学位证书原件"]


def test_the_core_is_rolled_back_to_an_older_version(as_hq: Client, draft: CoreVersion, hq: User) -> None:
    draft.papers.filter(key="degree").delete()
    publish(draft, by=hq)
    first = CoreVersion.objects.get(number=1)
    as_hq.post(page(CoreVersion, "roll_back", first.pk), DIALOG)
    newest = CoreVersion.objects.get(number=3)
    assert newest.based_on == first
    assert set(newest.papers.values_list("key", flat=True)) == {"id_card", "degree"}


def test_what_is_published_is_read_without_a_field_to_fill_in(as_hq: Client, bank: Branch) -> None:
    CoreFieldFactory.create(key="hotline")
    core = CoreVersion.objects.get()
    shown = as_hq.get(page(CoreVersion, "change", core.pk)).content.decode()
    assert "海岳银行" in shown
    assert "<textarea" not in shown
    assert 'name="_save"' not in shown


def test_the_auditor_reads_the_core_and_makes_no_draft(as_auditor: Client, draft: CoreVersion) -> None:
    shown = as_auditor.get(page(CoreVersion, "change", draft.pk)).content.decode()
    assert "海岳银行" in shown
    assert "<textarea" not in shown
    assert as_auditor.post(page(CoreVersion, "new_core_draft"), DIALOG).status_code == 403
    assert CoreVersion.objects.count() == 2
