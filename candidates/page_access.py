"""The way to a page without a personal link: phone number and code, with few wrong tries.

Some carriers forbid personal links in a text message; then it names one fixed address and a code.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from candidates.encryption import blind_index, blind_indexes
from candidates.locks import one_at_a_time
from candidates.models import CodeAttempt, PageToken, token_digest

WRONG_TRIES, WITHIN = 10, timedelta(hours=1)


class EntryRefused(Exception):
    """No page has this phone number and this code. Which of the two is wrong is not said."""


class TooManyTries(Exception):
    """The number has had its wrong tries for now, whether or not anybody with it exists."""


def normal_code(text: str) -> str:
    """The digits of a code as people type or paste it: with spaces, hyphens or full-width digits."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))


def enter(*, phone: str, code: str) -> str:
    """A new key (its plain text) to the page of this phone number (E.164) and code.

    Raises EntryRefused, which counts as a wrong try, or TooManyTries, after which not even the right code is heard.
    """
    token = _try(phone, code)
    # Outside the transaction: the count of wrong tries must outlive the refusal.
    if token is None:
        raise EntryRefused
    return token


@transaction.atomic
def _try(phone: str, code: str) -> str | None:
    # Else a hundred tries at once would all be the first.
    one_at_a_time(f"code:{blind_index(phone)}")
    if _wrong_tries(phone) >= WRONG_TRIES:
        raise TooManyTries
    key = _key(phone, code)
    if key is None:
        CodeAttempt.objects.create(phone_index=blind_index(phone))
        # Older ones count for nothing any more.
        CodeAttempt.objects.filter(at__lt=timezone.now() - 2 * WITHIN).delete()
        return None
    return _another_key(key)


def _wrong_tries(phone: str) -> int:
    since = timezone.now() - WITHIN
    return CodeAttempt.objects.filter(phone_index__in=blind_indexes(phone), at__gt=since).count()


def _key(phone: str, code: str) -> PageToken | None:
    keys = PageToken.objects.live().filter(
        code_index__in=blind_indexes(code), offer__candidate__phone_index__in=blind_indexes(phone)
    )
    return keys.order_by("-issued_at").first()


def _another_key(key: PageToken) -> str:
    """The code's own key is known to nobody but the hash: the page is opened with one like it."""
    token = PageToken.new_token()
    PageToken.objects.create(
        offer_id=key.offer_id,
        channel=key.channel,
        token_hash=token_digest(token),
        expires_at=key.expires_at,
    )
    return token
