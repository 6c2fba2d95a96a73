"""The admin as headquarters' HR gets it: who may come in, and what its pages may load."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from branches import audit_pages
from branches.access import SAFE_METHODS
from branches.audit import note_refused
from branches.client_address import client_address
from branches.models import ADMIN_ROLES, User
from branches.shown_once import take_shown_once
from hrnotify.admin_channels import pause_channel, resume_channel

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite as UnfoldAdminSite
else:
    from unfold.sites import UnfoldAdminSite

# Unfold's Alpine.js builds functions from attributes, and its pages carry style attributes. Both are allowed here
# and nowhere else; scripts and styles still come from this server only, and inline scripts stay forbidden.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class HeadquartersSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        """`is_staff` alone opens nothing: the role must be in force on this very request."""
        user = request.user
        if not isinstance(user, User) or not super().has_permission(request):
            return False
        return user.is_superuser or user.has_role(*ADMIN_ROLES)

    def extra_urls(self) -> list[URLPattern]:
        """Asked for by unfold."""
        return [
            path("audit/changes/", self.admin_view(audit_pages.changes), name="audit_changes"),
            path("audit/refused/", self.admin_view(audit_pages.refused), name="audit_refused"),
            path("channels/<channel>/pause/", self.admin_view(pause_channel), name="channel_pause"),
            path("channels/<channel>/resume/", self.admin_view(resume_channel), name="channel_resume"),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Asked for by every page that is really shown: what is shown once is shown on it."""
        if words := take_shown_once(request):
            messages.warning(request, words)
        context: dict[str, Any] = super().each_context(request)
        return context

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """People are found by whole values only: typed letters name nobody, and there is nothing to choose from."""
        try:
            found: HttpResponse = super().autocomplete_view(request)
        except IncorrectLookupParameters:
            raise Http404 from None
        return found

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        relaxed: Any = csp_replace(ADMIN_POLICY)(super().admin_view(view, cacheable))
        return self.refusing(relaxed)

    def refusing(self, view: Any) -> Any:
        """Who only reads changes nothing, whatever a page allows; who tries a change that is not theirs is on record.

        Around the page's own transaction, which an exception would take back with the record in it.
        """

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            person = request.user
            if not isinstance(person, User) or not would_change(request):
                return view(request, *args, **kwargs)
            if not self.has_permission(request):
                note_try(request, person, kwargs)  # the page itself sends the person away
            elif person.only_reads:
                note_try(request, person, kwargs)
                raise PermissionDenied
            started = timezone.now()
            try:
                return view(request, *args, **kwargs)
            except PermissionDenied:
                # A page that keeps its refusals itself has said more exactly what was tried.
                if not person.refused_attempts.filter(at__gte=started).exists():
                    note_try(request, person, kwargs)
                raise

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        relaxed: Any = csp_replace(ADMIN_POLICY)(super().login)
        answer: HttpResponse = relaxed(request, extra_context)
        return answer


# A person's own sign-out and password are nobody else's affair.
OWN_AFFAIRS = {"logout", "password_change"}


def would_change(request: HttpRequest) -> bool:
    """Whether a request may be meant to change something of the bank's: all but reading and searching."""
    if request.method in SAFE_METHODS:
        return False
    page = page_name(request)
    searches = page.endswith("_changelist") and "person" in request.POST
    acts = "action" in request.POST or "_save" in request.POST
    return page not in OWN_AFFAIRS and (acts or not searches)


def page_name(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


def note_try(request: HttpRequest, person: User, arguments: dict[str, Any]) -> None:
    note_refused(
        by=person,
        what="admin.change",
        target=f"{page_name(request)} {_id(arguments.get('object_id'))}".strip(),
        from_address=client_address(request),
    )


def _id(argument: object) -> str:
    """An address can hold anything; only what is an id is kept of it."""
    try:
        return str(UUID(str(argument)))
    except ValueError:
        return ""
