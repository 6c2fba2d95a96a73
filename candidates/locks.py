"""Turns: at an offer by its row, and by name at what no row stands for yet."""

from uuid import UUID

from django.db import connection

from candidates.models import Offer


def locked_offer(offer_id: UUID) -> Offer:
    """With candidate and branch. Its row is the caller's until the transaction ends; all else of it comes after it.

    These are read once the row is held: joined to the statement that waits for it, a branch that the offer was moved
    to meanwhile would not be found, nor the offer with it.
    """
    Offer.objects.select_for_update(no_key=True).only("pk").get(pk=offer_id)
    return Offer.objects.select_related("candidate", "branch").get(pk=offer_id)


def one_at_a_time(name: str) -> None:
    """Wait for other transactions with this name to end; the turn ends with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
