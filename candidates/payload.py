"""An interview result as it comes in over the wire: its shape, and what makes it wrong.

Values are brought into the one form the system keeps (names, phones, ID numbers); no error message repeats a
value, because answers end up in the logs of the other side.
"""

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from branches.categories import Category
from candidates.identity import normal_id_number, normal_name, normal_phone
from candidates.models import Channel, Language, Style

# Besides the ASCII ones: the C1 set, Unicode's line ends, and marks that turn the direction of what follows.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# People type their names themselves, for any phone or mailbox: no name may make the bank send a stranger's link
# or pass for another sender's signature.
NOT_IN_NAMES = re.compile(
    r"[<>{}\[\]【】@]|:/|//|\bwww\.|\w\.(?:com|net|org|cn|top|xyz|vip|info|site|shop)\b", re.IGNORECASE
)
YEARS = range(2000, 2101)


def _printable(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("holds control characters")
    return text


def _name_alone(text: str) -> str:
    """Looked at in the compatibility form, in which full-width letters and signs are the plain ones."""
    if NOT_IN_NAMES.search(unicodedata.normalize("NFKC", text)):
        raise ValueError("holds a link or a sign that no name has")
    return text


def _plausible(moment: datetime) -> datetime:
    """At the ends of the calendar every sum with a date fails, in the worker and on every list with the offer."""
    if moment.year not in YEARS:
        raise ValueError(f"is not between the years {YEARS[0]} and {YEARS[-1]}")
    return moment


def _email(text: str) -> str:
    try:
        validate_email(text)
    except DjangoValidationError as error:
        raise ValueError("is not an email address") from error
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_printable)]
RequiredText = Annotated[Text, StringConstraints(min_length=1)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50), AfterValidator(_printable)]
Phone = Annotated[Code, AfterValidator(normal_phone)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
IdNumber = Annotated[Code, AfterValidator(normal_id_number)]
OpaqueId = Annotated[Text, StringConstraints(min_length=1)]


class Payload(BaseModel):
    model_config = ConfigDict(strict=True)


class PositionIn(Payload):
    code: Code = ""
    title: Text = ""


class CandidateIn(Payload):
    name: Annotated[RequiredText, AfterValidator(_name_alone), AfterValidator(normal_name)]
    phone: Phone | None = None
    email: Email | None = None
    id_number: IdNumber | None = None
    category: Category = Category.SOCIAL
    wechat_openid: OpaqueId | None = None
    push_id: OpaqueId | None = None
    preferred_channels: Annotated[list[Channel], Field(max_length=10)] = []
    style: Style = Style.CONCISE
    language: Language = Language.CHINESE

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (self.phone or self.email or self.wechat_openid or self.push_id):
            raise ValueError("needs at least one of phone, email, wechat_openid, push_id")
        return self


class ResultIn(Payload):
    interview_id: RequiredText
    candidate: CandidateIn
    branch: RequiredText
    onboarding_at: Annotated[AwareDatetime, AfterValidator(_plausible)]
    result: Literal["passed", "failed"] | None = None
    score: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    position: PositionIn = PositionIn()

    @model_validator(mode="after")
    def _judged(self) -> Self:
        if self.result is None and self.score is None:
            raise ValueError("needs result (passed or failed) or score")
        return self

    def passed(self, threshold: Decimal) -> bool:
        """The platform's verdict, or the source's threshold where there is only a score."""
        if self.result is not None:
            return self.result == "passed"
        return Decimal(str(self.score)) >= threshold


class InterviewResult(Payload):
    """The envelope of Standard Webhooks around one result."""

    type: Literal["interview.completed"] = "interview.completed"
    timestamp: AwareDatetime | None = None
    data: ResultIn


class FieldProblem(BaseModel):
    field: str
    error: str


class InvalidResult(Exception):
    """A signal that is not as it should be; `problems` names every field and why."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__(f"{len(problems)} field(s) are wrong")
        self.problems = problems


def parse_result(body: bytes | str) -> ResultIn:
    """One result from its JSON text. Raises InvalidResult with every problem in it."""
    try:
        return InterviewResult.model_validate_json(body).data
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_url=False, include_input=False)]
        raise InvalidResult(problems) from None


def _problem(detail: Any) -> FieldProblem:
    path = ".".join(str(step) for step in detail["loc"]) or "body"
    return FieldProblem(field=path, error=str(detail["msg"]).removeprefix("Value error, "))
