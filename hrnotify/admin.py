"""The admin as headquarters' HR gets it: who may come in, and what its pages may load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import Http404, HttpRequest, HttpResponse

from branches.models import Role, User
from branches.shown_once import take_shown_once

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
        return user.is_superuser or user.has_role(Role.HQ_HR)

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
        return relaxed

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        relaxed: Any = csp_replace(ADMIN_POLICY)(super().login)
        answer: HttpResponse = relaxed(request, extra_context)
        return answer
