"""Interview results in."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Status

from api.admission import Admitted, Refused, admit
from api.descriptions import signed_body
from api.schemas import BatchIn, BatchItemOut, BatchOut, RefusedOut, TakenOut
from candidates.payload import FieldProblem, InterviewResult, InvalidResult, parse_result
from candidates.verifiers import mapped
from notifications.intake import AlreadyConfirmed, Taken, take_signal

router = Router(tags=["Interview results"])
MAX_BATCH = 1000
REFUSALS = dict.fromkeys((400, 401, 404, 409, 413, 422, 429), RefusedOut)


@router.post(
    "/{source}",
    response={200: TakenOut, 202: TakenOut, **REFUSALS},
    summary="One interview result",
    openapi_extra=signed_body(InterviewResult),
)
def receive(request: HttpRequest, source: str) -> Any:
    """Signed by the Standard Webhooks scheme. What is answered 202 is durable; a repeat is answered 200."""
    admitted = admit(request, slug=source, max_bytes=settings.SIGNAL_MAX_BYTES)
    taken = _take(admitted, admitted.webhook_id, admitted.body)
    return Status(200 if taken.repeated else 202, _out(taken))


@router.post(
    "/{source}/batch",
    response={202: BatchOut, **REFUSALS},
    summary="Up to 1,000 interview results",
    openapi_extra=signed_body(BatchIn),
)
def receive_batch(request: HttpRequest, source: str) -> Any:
    """Each result is taken or refused by itself and answered in its place; the whole can be repeated safely."""
    admitted = admit(request, slug=source, max_bytes=settings.BATCH_MAX_BYTES)
    items = [_take_item(admitted, index, item) for index, item in enumerate(_items(admitted.body))]
    return Status(202, {"results": items})


def _take(admitted: Admitted, webhook_id: str, body: str) -> Taken:
    """Raises Refused with 400, 409 or 422."""
    _must_be_json(body)
    try:
        result = parse_result(mapped(admitted.source, body))
        return take_signal(source=admitted.source, webhook_id=webhook_id, body=body, result=result)
    except InvalidResult as invalid:
        raise Refused(422, invalid.problems) from None
    except AlreadyConfirmed as confirmed:
        error = f"the candidate has confirmed already (offer {confirmed.offer_id})"
        raise Refused.because(409, "data.interview_id", error) from None


def _must_be_json(body: str) -> Any:
    """The parsed body. Raises Refused with 400."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused.because(400, "body", "is not JSON") from None


def _items(body: str) -> list[Any]:
    parsed = _must_be_json(body)
    items = parsed.get("results") if isinstance(parsed, dict) else None
    if not isinstance(items, list):
        raise Refused.because(422, "results", "must be a list")
    if len(items) > MAX_BATCH:
        raise Refused.because(422, "results", f"holds more than {MAX_BATCH} results")
    return items


def _take_item(admitted: Admitted, index: int, item: Any) -> BatchItemOut:
    body = json.dumps(item, ensure_ascii=False)
    try:
        taken = _take(admitted, f"{admitted.webhook_id}/{index}", body)
    except Refused as refused:
        problems = [_placed(problem, index) for problem in refused.problems]
        return BatchItemOut(index=index, code=refused.status, status="refused", errors=problems)
    return BatchItemOut(index=index, code=200 if taken.repeated else 202, **_out(taken))


def _placed(problem: FieldProblem, index: int) -> FieldProblem:
    return FieldProblem(field=f"results.{index}.{problem.field}", error=problem.error)


def _out(taken: Taken) -> dict[str, Any]:
    ids: dict[str, UUID | None] = {"signal_id": taken.signal_id, "offer_id": taken.offer_id}
    return {"status": "duplicate" if taken.repeated else taken.verdict, **ids}
