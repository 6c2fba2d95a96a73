"""A secret on its way to the one page that shows it: in the session, sealed, until it is taken out."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

KEY = "shown_once"


def show_once(request: HttpRequest, *, what: str, secret: str) -> None:
    """The only time a secret is seen: the database holds it encrypted, or only its hash.

    A message of Django's would travel in a cookie, readable and good for more than one look.
    """
    words = gettext("%(what)s, shown this once only, so copy it now: %(secret)s")
    text = words % {"what": what, "secret": secret}
    request.session[KEY] = _seal().encrypt(text.encode()).decode()


def take_shown_once(request: HttpRequest) -> str:
    """What is to be shown on this page, "" for nothing; the next page has it no more."""
    sealed = request.session.pop(KEY, "")
    try:
        return _seal().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:  # SECRET_KEY was replaced meanwhile
        return ""


def _seal() -> Fernet:
    """Sessions stand in the database, and so in its backups."""
    secret = hashlib.sha256(f"hrnotify {KEY} {settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
