"""What every address with a candidate's key has in common: who holds it, in which language, and who may keep it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from candidates.calendar_key import find_calendar_key
from candidates.models import PageToken
from portal.notice import bank_name

KeyView = Callable[[HttpRequest, PageToken, str], HttpResponse]
TokenView = Callable[[HttpRequest, str], HttpResponse]


def with_key(view: KeyView) -> TokenView:
    """Call the view with the live key of the address, in the candidate's language.

    An unknown, revoked or expired key gets one and the same answer, so that nobody learns which it was.
    """
    return _opened_by(_find_key, view)


def with_calendar_key(view: KeyView) -> TokenView:
    """The same, also for the key that was given to a calendar."""
    return _opened_by(lambda token: find_calendar_key(token) or _find_key(token), view)


def _find_key(token: str) -> PageToken | None:
    return PageToken.objects.find(token)


def _opened_by(find: Callable[[str], PageToken | None], view: KeyView) -> TokenView:
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        key = find(token)
        if key is None:
            return _unknown(request)
        with translation.override(_language(request, key)):
            response = private(view(request, key, token))
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response

    return opened


def _unknown(request: HttpRequest) -> HttpResponse:
    context = {"bank_name": bank_name(language=translation.get_language() or "")}
    return private(render(request, "portal/unknown_key.html", context, status=404))


def _language(request: HttpRequest, key: PageToken) -> str:
    """The candidate's own, unless somebody used the switch in this browser."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return translation.get_language_from_request(request)
    return key.offer.candidate.language


def private(response: HttpResponse) -> HttpResponse:
    """No cache keeps the page, no search engine lists it, no other site learns its address.

    Referrer-Policy is same-origin and not no-referrer: with the latter browsers send `Origin: null` with a form,
    and Django's check of where a form comes from would refuse every answer.
    """
    add_never_cache_headers(response)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
