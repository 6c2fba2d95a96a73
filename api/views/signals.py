"""Interview results in."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from api.admission import Admitted, Refused, admit
from api.descriptions import signed_body
from api.schemas import BatchIn, BatchItemOut, BatchOut, RefusedOut, TakenOut
from candidates.payload import FieldProblem, InterviewResult, InvalidResult, parse_result
from candidates.verifiers import mapped
from notifications.intake import AlreadyConfirmed, Incoming, Outcome, Taken, take_one, take_signals

router = Router(tags=["Interview results"])
MAX_BATCH = 1000
REFUSALS = dict.fromkeys((400, 401, 404, 409, 413, 422, 429), RefusedOut)


@router.post(
    "/{source}",
    response={200: TakenOut, 202: TakenOut, **REFUSALS},
    summary="One interview result",
    openapi_extra=signed_body(InterviewResult),
)
def receive(request: HttpRequest, source: str) -> HttpResponse:
    """Signed by the Standard Webhooks scheme. What is answered 202 is durable; a repeat is answered 200."""
    admitted = admit(request, slug=source, max_bytes=settings.SIGNAL_MAX_BYTES)
    read = _read(admitted, admitted.body, delivery=admitted.webhook_id)
    answer = read if isinstance(read, Refused) else _answer(take_one(read))
    if isinstance(answer, Refused):
        raise answer
    return _reply(200 if answer.repeated else 202, TakenOut(**_out(answer)))


@router.post(
    "/{source}/batch",
    response={202: BatchOut, **REFUSALS},
    summary="Up to 1,000 interview results",
    openapi_extra=signed_body(BatchIn),
)
def receive_batch(request: HttpRequest, source: str) -> HttpResponse:
    """Each result is taken or refused by itself and answered in its place; the whole can be repeated safely."""
    admitted = admit(request, slug=source, max_bytes=settings.BATCH_MAX_BYTES)
    read = [
        _read(admitted, json.dumps(item, ensure_ascii=False), delivery=f"{admitted.webhook_id}/{index}")
        for index, item in enumerate(_items(admitted.body))
    ]
    answers = [_item_out(index, answer) for index, answer in enumerate(_take(read))]
    return _reply(202, BatchOut(results=answers))


def _reply(status: int, answer: BaseModel) -> HttpResponse:
    """Written at once: the framework would check each field of its own answer first."""
    body = answer.model_dump_json().encode()
    # A machine's answer passes by what would add its length, without which it is sent in chunks.
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body))}
    return HttpResponse(body, status=status, headers=headers)


def _read(admitted: Admitted, body: str, *, delivery: str) -> Incoming | Refused:
    """One result, or why it is refused. Raises Refused with 400 for what is not even JSON."""
    try:
        result = parse_result(mapped(admitted.source, body))
    except InvalidResult as invalid:
        _must_be_json(body)
        return Refused(422, invalid.problems)
    return Incoming(admitted.source, delivery, body, result)


def _take(read: Sequence[Incoming | Refused]) -> list[Taken | Refused]:
    """What became of each, in their order; what was refused before is left as it is."""
    outcomes = iter(take_signals([one for one in read if isinstance(one, Incoming)]))
    return [one if isinstance(one, Refused) else _answer(next(outcomes)) for one in read]


def _answer(outcome: Outcome) -> Taken | Refused:
    match outcome:
        case InvalidResult():
            return Refused(422, outcome.problems)
        case AlreadyConfirmed():
            error = f"the candidate has confirmed already (offer {outcome.offer_id})"
            return Refused.because(409, "data.interview_id", error)
    return outcome


def _must_be_json(body: str) -> Any:
    """The parsed body. Raises Refused with 400."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused.because(400, "body", "is not JSON") from None


def _items(body: str) -> list[Any]:
    """Raises Refused with 400 or 422."""
    parsed = _must_be_json(body)
    items = parsed.get("results") if isinstance(parsed, dict) else None
    if not isinstance(items, list):
        raise Refused.because(422, "results", "must be a list")
    if len(items) > MAX_BATCH:
        raise Refused.because(422, "results", f"holds more than {MAX_BATCH} results")
    return items


def _item_out(index: int, answer: Taken | Refused) -> BatchItemOut:
    if isinstance(answer, Taken):
        return BatchItemOut(index=index, code=200 if answer.repeated else 202, **_out(answer))
    problems = [_placed(problem, index) for problem in answer.problems]
    return BatchItemOut(index=index, code=answer.status, status="refused", errors=problems)


def _placed(problem: FieldProblem, index: int) -> FieldProblem:
    return FieldProblem(field=f"results.{index}.{problem.field}", error=problem.error)


def _out(taken: Taken) -> dict[str, Any]:
    ids: dict[str, UUID | None] = {"signal_id": taken.signal_id, "offer_id": taken.offer_id}
    return {"status": "duplicate" if taken.repeated else taken.verdict, **ids}
