import pytest
from django.urls import reverse

from candidates.models import Offer
from tests.channels.conftest import callbacks, carriers_callbacks, running_carriers, sandbox
from tests.factories import page_key

__all__ = ["callbacks", "carriers_callbacks", "running_carriers", "sandbox"]


@pytest.fixture
def token(offer: Offer) -> str:
    """The key that went out to the candidate in a text message."""
    return page_key(offer)


@pytest.fixture
def address(token: str) -> str:
    return reverse("portal:page", args=[token])
