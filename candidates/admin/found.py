"""Lists that are searched by one person's interview number, name, phone, email or ID number."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import ReadOnlyAdmin
from candidates.encryption import decrypt, encrypt
from candidates.models import Offer

SEARCH = "admin search"
LONGEST_SEARCH = 254  # an email address


def sealed(text: str) -> str:
    """What was searched for, as an address may hold it: encrypted, for it names a person."""
    return urlsafe_b64encode(encrypt(text, context=SEARCH)).decode()


def unsealed(text: str) -> str:
    """Raises IncorrectLookupParameters for what we have not sealed; the list is then shown whole."""
    try:
        return decrypt(urlsafe_b64decode(text), context=SEARCH)
    except ValueError:
        raise IncorrectLookupParameters from None


class FoundByPerson(ReadOnlyAdmin):
    """Rows are found by the exact name, phone, email or ID number of their person, or by the interview's number.

    Nothing else could find them: the columns are encrypted, the blind index knows whole values only.
    """

    offer_path = "offer"
    change_list_template = "admin/found_by_person.html"
    search_fields = ("pk",)  # shows the search box; the search itself is below
    search_help_text = _("The exact name, phone, email, ID number or interview number")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and "person" in request.POST:
            asked = sealed(request.POST["person"][:LONGEST_SEARCH])
            return redirect(f"{request.path}?{urlencode({SEARCH_VAR: asked})}")
        return super().changelist_view(request, extra_context)

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        # No column holds a NUL, and the box is for one value.
        text = unsealed(search_term).replace("\0", "")[:LONGEST_SEARCH]
        by_person = Q(pk__in=Offer.objects.search(text))
        offers = Offer.objects.filter(by_person | Q(interview_id=text.strip()))
        return queryset.filter(**{f"{self.offer_path}__in": offers}), self.offer_path == "offers"
