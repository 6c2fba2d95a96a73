from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from api.admission import Refused
from api.views import callbacks, content, offers, signals
from candidates.payload import FieldProblem

api = NinjaAPI(
    title="HRNotify",
    version="1",
    description=(
        "Interview results in, offers out, and what a branch tells its candidates. "
        "See docs/integrations.md for signing a request."
    ),
)
api.add_router("/interview-results", signals.router)
api.add_router("/offers", offers.router)
api.add_router("/branches", content.router)


@api.exception_handler(Refused)
def refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return error.response()


@api.exception_handler(AuthenticationError)
def no_key(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return Refused.because(401, "authorization", "needs a valid API key as a Bearer token").response()


@api.exception_handler(ValidationError)
def wrong_shape(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A body, query or address that is not of the shape described: every field with what is wrong about it."""
    # Before a field's own name stand where it was looked for and what the view calls it.
    problems = [
        FieldProblem(field=".".join(map(str, one["loc"][2:])) or str(one["loc"][-1]), error=one["msg"])
        for one in error.errors
    ]
    return Refused(422, problems).response()


@api.exception_handler(HttpError)
def not_readable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return Refused.because(error.status_code, "body", str(error)).response()


urlpatterns = [
    path("api/v1/", api.urls),
    path("callbacks/<slug:carrier>/", callbacks.receive),
    path("callbacks/<slug:carrier>/<path:rest>", callbacks.receive),
]
