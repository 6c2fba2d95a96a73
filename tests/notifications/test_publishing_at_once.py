"""Two people at headquarters act on one version in the same moment: only what was checked goes out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from branches.models import User
from notifications.models import TemplateBody, TemplateVersion
from notifications.publishing import NotPublishable, fingerprint, new_draft, publish, take_back
from tests.notifications.admin_pages import as_hq, page
from tests.notifications.test_local_content import somebody_waits
from tests.sandbox.running import eventually

__all__ = ["as_hq"]
UNCHECKED = "{{ no_such_field }}"


@pytest.fixture
def draft(pass_notice: TemplateVersion) -> TemplateVersion:
    return new_draft(pass_notice.template, source=pass_notice)


def told(act: Callable[[], Any]) -> str:
    """What came of it, in a session of its own."""
    try:
        act()
    except (DatabaseError, NotPublishable) as refused:
        return type(refused).__name__
    finally:
        connection.close()
    return "done"


@pytest.mark.django_db(transaction=True)
def test_a_change_not_yet_stored_is_checked_by_the_publishing_that_meets_it(
    draft: TemplateVersion, hq: User
) -> None:
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            draft.bodies.update(text=UNCHECKED)
            publishing = other.submit(told, lambda: publish(draft, by=hq))
            eventually(lambda: publishing.done() or somebody_waits())
        assert publishing.result() == "NotPublishable"
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.django_db(transaction=True)
def test_a_change_that_meets_a_publishing_comes_too_late(draft: TemplateVersion, hq: User) -> None:
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            publish(draft, by=hq)
            change = other.submit(told, lambda: draft.bodies.update(text=UNCHECKED))
            eventually(lambda: change.done() or somebody_waits())
        assert change.result() == "InternalError"
    assert not TemplateBody.objects.filter(text=UNCHECKED).exists()


@pytest.mark.django_db
def test_nobody_publishes_what_somebody_else_wrote_after_the_check(
    as_hq: Client, draft: TemplateVersion
) -> None:
    address = page(TemplateVersion, "publish", draft.pk)
    seen = fingerprint(draft)
    assert f'name="seen" value="{seen}"' in as_hq.get(address).content.decode()
    draft.bodies.filter(channel="sms").update(text="{{ candidate_name }}，请致电13800138000：{{ answer_at }}")
    answer = as_hq.post(address, {"at": "", "seen": seen})
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.is_draft
    as_hq.post(address, {"at": "", "seen": fingerprint(draft)})
    draft.refresh_from_db()
    assert not draft.is_draft


@pytest.mark.django_db
def test_what_is_about_to_come_into_force_is_not_taken_back(draft: TemplateVersion, hq: User) -> None:
    """A worker could compose with it before the taking back is stored; then a draft would have been sent."""
    publish(draft, by=hq, at=timezone.now() + timedelta(seconds=30))
    with pytest.raises(NotPublishable):
        take_back(draft)
    draft.refresh_from_db()
    assert draft.is_scheduled
