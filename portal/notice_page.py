"""What the pages beside the notice have in common: they stand on its facts, in the language of the reader."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from candidates.models import Offer
from portal.notice import notice


def notice_page(
    request: HttpRequest, template: str, offer: Offer, token: str, *, status: int = 200, **shown: object
) -> HttpResponse:
    """`shown`: what the template needs besides."""
    facts = {"notice": notice(offer, language=get_language() or ""), "token": token}
    return render(request, template, {**facts, **shown}, status=status)
