from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError

from api.admission import Refused
from api.views import callbacks, offers, signals

api = NinjaAPI(
    title="HRNotify",
    version="1",
    description="Interview results in, offers out. See docs/integrations.md for signing a request.",
)
api.add_router("/interview-results", signals.router)
api.add_router("/offers", offers.router)


@api.exception_handler(Refused)
def refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return error.response()


@api.exception_handler(AuthenticationError)
def no_key(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return Refused.because(401, "authorization", "needs a valid API key as a Bearer token").response()


urlpatterns = [
    path("api/v1/", api.urls),
    path("callbacks/<slug:carrier>/", callbacks.receive),
    path("callbacks/<slug:carrier>/<path:rest>", callbacks.receive),
]
