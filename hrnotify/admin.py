"""The admin as headquarters' HR gets it: who may come in, and what its pages may load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse

from branches.models import Role, User

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

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        relaxed: Any = csp_replace(ADMIN_POLICY)(super().admin_view(view, cacheable))
        return relaxed

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        relaxed: Any = csp_replace(ADMIN_POLICY)(super().login)
        answer: HttpResponse = relaxed(request, extra_context)
        return answer
