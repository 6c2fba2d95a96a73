"""Anymail's exceptions as what to do next. Their texts may repeat the mail, so none of it is kept."""

import ssl

import requests
from anymail.exceptions import AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from requests import exceptions as broken
from urllib3.exceptions import NewConnectionError

from notifications.channels.base import TransportError
from notifications.channels.email_esp.errors import REFUSED

NOT_PROCESSED = {408, 503}
# Nothing about the mail: the key, the account, the address of the API, or something that stands before it.
OUR_SETUP = {401, 402, 403, 404, 405, 407}
NEVER_LEFT = (
    broken.ConnectTimeout,
    broken.ProxyError,
    broken.InvalidURL,
    broken.InvalidSchema,
    broken.MissingSchema,
    broken.TooManyRedirects,
)


def as_transport_error(error: AnymailError) -> TransportError:
    if isinstance(error, AnymailInvalidAddress):
        return TransportError("the address is not valid", code=f"{REFUSED}invalid", permanent=True)
    if isinstance(error, AnymailRecipientsRefused):
        return _refused(error)
    if isinstance(error.__cause__, requests.RequestException) and error.response is None:
        return _unanswered(error.__cause__)
    if error.response is not None:
        return _answered(error.response)
    return TransportError("the mail cannot be handed over", code=type(error).__name__)


def _refused(error: AnymailRecipientsRefused) -> TransportError:
    """The service's answer names the recipient as one it does not send to."""
    reason = "invalid" if error.email_message.anymail_status.status == {"invalid"} else "other"
    return TransportError("the service refuses the address", code=f"{REFUSED}{reason}", permanent=True)


def _unanswered(cause: requests.RequestException) -> TransportError:
    code = type(cause).__name__
    if _never_left(cause):
        return TransportError("the mail service cannot be reached", code=code)
    return TransportError("no answer after sending", code=code, uncertain=True)


def _never_left(cause: requests.RequestException) -> bool:
    reason = getattr(cause.args[0], "reason", None) if cause.args else None
    wrong_certificate = isinstance(cause, broken.SSLError) and isinstance(
        next(iter(getattr(reason, "args", ())), None), ssl.SSLCertVerificationError
    )
    return isinstance(cause, NEVER_LEFT) or isinstance(reason, NewConnectionError) or wrong_certificate


def _answered(response: requests.Response) -> TransportError:
    status, code, wait = response.status_code, str(response.status_code), retry_after(response)
    if status == 429:
        return TransportError("too many mails", code=code, throttled=True, retry_after=wait)
    if status in NOT_PROCESSED:
        return TransportError("the mail service is busy", code=code, retry_after=wait)
    if status in OUR_SETUP or 300 <= status < 400:
        return TransportError("the account or the address of the mail service is not right", code=code)
    if 400 <= status < 500:
        return TransportError("the mail service refused the mail", code=code, permanent=True)
    # Above: perhaps it was taken before something broke. Below: a yes that Anymail does not understand.
    return TransportError("an answer that says neither yes nor no", code=code, uncertain=True)


def retry_after(response: requests.Response) -> float | None:
    """Seconds of a Retry-After header; its date form is left to our own clock."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None
