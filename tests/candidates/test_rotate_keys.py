"""`rotate_keys` moves everything to the first key, whatever stops it in between."""

from __future__ import annotations

import base64
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from candidates.encryption import blind_index
from candidates.models import Candidate, InterviewSource, Offer, Signal
from candidates.rotation import encrypted_models, rotate, stale
from notifications.models import Message, Receipt
from tests.factories import CandidateFactory, MessageFactory

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings: Any) -> Any:
    settings.FIELD_KEYS = [OLD]
    return settings


@pytest.fixture
def written_with_the_old_key(keys: Any, offer: Offer) -> Offer:
    message = MessageFactory.create(
        offer=offer, text="恭喜您", subject="录用通知", link="http://testserver/n/x/"
    )
    Receipt.objects.create(provider="twilio", key="k", word="delivered", message=message, raw="raw")
    Signal.objects.create(source=offer.source, webhook_id="1", interview_id="AI", offer=offer, body="{}")
    return offer


def run(**options: Any) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def test_every_model_with_encrypted_columns_is_found() -> None:
    assert {model.__name__ for model in encrypted_models()} >= {
        "Candidate",
        "InterviewSource",
        "Signal",
        "Message",
        "Receipt",
    }


def test_after_the_rotation_every_column_is_read_without_the_old_key(
    keys: Any, written_with_the_old_key: Offer
) -> None:
    offer = written_with_the_old_key
    keys.FIELD_KEYS = [NEW, OLD]
    assert "No encrypted column is left" in run()
    keys.FIELD_KEYS = [NEW]
    candidate = Candidate.objects.get(pk=offer.candidate_id)
    assert (candidate.name, candidate.phone, candidate.email) == (
        "王小明",
        "+8613800138000",
        "xm@example.com",
    )
    assert candidate.name_index == blind_index("王小明")
    assert candidate.email_index == blind_index("xm@example.com")
    assert Offer.objects.search("王小明").get() == offer
    assert InterviewSource.objects.get().secret == offer.source.secret
    message = Message.objects.get()
    assert (message.text, message.subject, message.facts) == ("恭喜您", "录用通知", "")
    assert (Receipt.objects.get().raw, Signal.objects.get().body) == ("raw", "{}")


def test_a_second_run_has_nothing_to_do(keys: Any, written_with_the_old_key: Offer) -> None:
    keys.FIELD_KEYS = [NEW, OLD]
    run()
    again = run()
    assert again.count("nothing to do") == len(list(encrypted_models()))


def test_a_run_that_was_stopped_goes_on_where_it_was(keys: Any, db: None) -> None:
    CandidateFactory.create_batch(5)
    keys.FIELD_KEYS = [NEW, OLD]
    assert next(rotate(Candidate, batch=2)) == 2  # and then the process dies
    assert stale(Candidate).count() == 3
    assert "Candidate: 2 of 3" in run(batch=2)
    assert stale(Candidate).count() == 0


def test_nothing_but_the_encryption_changes(keys: Any, written_with_the_old_key: Offer) -> None:
    def plain_columns() -> list[Any]:
        return list(Message.objects.values_list("id", "state", "due_at", "lease", "tries", "created_at"))

    before = plain_columns()
    keys.FIELD_KEYS = [NEW, OLD]
    run()
    assert plain_columns() == before


def test_a_value_that_no_key_opens_stops_the_run_and_names_its_column(
    keys: Any, written_with_the_old_key: Offer
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE candidates_candidate SET phone = '\\x01aaaaaaaa0000'::bytea")
    keys.FIELD_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=r"candidates\.candidate\.phone"):
        run()
