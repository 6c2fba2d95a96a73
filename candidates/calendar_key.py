"""What opens the entry of a person's calendar and nothing else.

Calendars keep the address they ask, show it to whoever the calendar is shared with, and ask it over whatever way they
please: the key to the page, which answers the offer, must not stand in it.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from candidates.models import PageToken

SALT = "candidates.calendar_key"


def calendar_key(key: PageToken) -> str:
    """Lives as long as the key to the page that it comes from."""
    return f"{key.pk.hex}-{_proof(key.pk.hex)}"


def find_calendar_key(text: str) -> PageToken | None:
    """The key to the page behind one that was given to a calendar; None where it is none, or no longer in force."""
    number, _, proof = text.partition("-")
    if not constant_time_compare(proof, _proof(number)):
        return None
    return (
        PageToken.objects.live()
        .filter(pk=UUID(number))
        .select_related("offer__candidate", "offer__branch")
        .first()
    )


def _proof(number: str) -> str:
    return salted_hmac(SALT, number, algorithm="sha256").hexdigest()
