"""Parts of a page that keep themselves up to date: asked for again and again, sent only when they changed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from dashboard.access import is_fragment

SECONDS = 10
SEEN = "X-Seen"


def live_page(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any], *, url: str = ""
) -> HttpResponse:
    """The whole `page` around its live `part`, or to htmx the part alone; `url` is asked for news of it.

    The part carries a digest of itself, which comes back with the next request. While nothing changed the answer
    is 204: the part in the browser stays as it is, with what is unfolded, selected and focused in it.
    """
    inner = render_to_string(part, dict(context), request)
    digest = hashlib.sha256(inner.encode()).hexdigest()[:16]
    if is_fragment(request) and request.headers.get(SEEN) == digest:
        return HttpResponse(status=204)
    live = {
        "inner": mark_safe(inner),  # noqa: S308  rendered, and escaped, two lines above
        "digest": digest,
        "url": url or request.get_full_path(),
        "seconds": SECONDS,
    }
    template = "dashboard/live.html" if is_fragment(request) else page
    return render(request, template, {**context, "live": live})
