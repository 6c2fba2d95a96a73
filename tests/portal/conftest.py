import pytest
from django.urls import reverse

from candidates.models import Offer
from tests.factories import page_key


@pytest.fixture
def token(offer: Offer) -> str:
    """The key that went out to the candidate in a text message."""
    return page_key(offer)


@pytest.fixture
def address(token: str) -> str:
    return reverse("portal:page", args=[token])
