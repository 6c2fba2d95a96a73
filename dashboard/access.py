"""Who may open a page of the dashboard: a signed-in user who works for at least one branch today."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRefresh

from branches.access import SAFE_METHODS
from branches.audit import note_refused
from branches.client_address import client_address
from branches.models import User

Page = Callable[..., HttpResponseBase]
# Posted, and yet nothing is changed: what is searched for must not stand in an address, and of personal data the
# page itself decides who may see it.
READING_PAGES = {"dashboard:search", "dashboard:reveal"}


def for_branch_hr(page: Page) -> Page:
    """Guard a page that shows people: sign-in, a membership in force, and no copy kept by any cache.

    Who only reads posts nothing: a page added later need not think of it.
    """

    @never_cache
    @refresh_when_signed_out
    @login_required
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not officer(request).scopes():
            if would_change(request):
                refuse(request, what="dashboard.change", target=view_name(request))
            return no_branch(request)
        if officer(request).only_reads and would_change(request):
            refuse(request, what="dashboard.change", target=view_name(request))
            raise PermissionDenied
        return page(request, *args, **kwargs)

    return guarded


def would_change(request: HttpRequest) -> bool:
    return request.method not in SAFE_METHODS and view_name(request) not in READING_PAGES


def view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def refuse(request: HttpRequest, *, what: str, target: str) -> None:
    """Keep that the signed-in person tried what they may not do; the answer is the caller's."""
    note_refused(by=officer(request), what=what, target=target, from_address=client_address(request))


def refresh_when_signed_out(page: Page) -> Page:
    """A page that updates itself would otherwise put the sign-in form into the middle of a table."""

    @wraps(page)
    def refreshed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fragment(request) and not request.user.is_authenticated:
            return HttpResponseClientRefresh()
        return page(request, *args, **kwargs)

    return refreshed


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def officer(request: HttpRequest) -> User:
    """The signed-in user of a guarded page; anybody else is a programming error."""
    if not isinstance(request.user, User):
        raise TypeError("the page is not guarded")
    return request.user


def no_branch(request: HttpRequest) -> HttpResponse:
    if is_fragment(request):
        return HttpResponseClientRefresh()
    return render(request, "dashboard/no_branch.html", status=403)
