"""Carriers report back. Which carrier it is says the address; how its report is proven and read, its folder."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api.admission import is_too_large
from notifications.arrivals import take_arrived
from notifications.channels import CALLED_BACK
from notifications.channels.base import CallbackRefused, CallbackRequest
from notifications.followers import take_followings
from notifications.refused_callbacks import count_refused


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, carrier: str, rest: str = "") -> HttpResponse:
    """Receipts are stored before the answer is given; a carrier repeats what was not answered.

    What is not the carrier's leaves a count and nothing else.
    """
    transport = CALLED_BACK.get(carrier)
    if transport is None or transport.missing_settings():
        raise Http404
    if is_too_large(request, max_bytes=transport.callback_bytes):
        count_refused(carrier, "too large")
        return HttpResponse(status=413)
    try:
        reply = transport.answer_callback(_as_callback(request, rest))
    except CallbackRefused as refused:
        count_refused(carrier, str(refused))
        return HttpResponse(status=403)
    take_arrived(reply.receipts)
    if reply.followings:
        take_followings(reply.followings)
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)


def _as_callback(request: HttpRequest, rest: str) -> CallbackRequest:
    # Behind a proxy the request does not know the address the carrier signed; PUBLIC_URL does.
    return CallbackRequest(
        method=request.method or "",
        url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
        rest=rest,
        query=request.GET.dict(),
        headers=request.headers,
        body=request.body,
    )
