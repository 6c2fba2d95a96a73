"""Machines come in with an API key as a Bearer token."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from branches.audit import note_key
from branches.models import ApiKey


class KeyAuth(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = ApiKey.objects.authenticate(token)
        if key:
            note_key(key)
        return key


def key_of(request: HttpRequest) -> ApiKey:
    """The key KeyAuth has let in; anything else is a programming error."""
    key = getattr(request, "auth", None)
    if not isinstance(key, ApiKey):
        raise TypeError("the route is not guarded by KeyAuth")
    return key
