"""Aliyun's codes: what each means for a person, and what a refusal leads to.

Source: Alibaba Cloud Short Message Service, "API error codes" and "Delivery receipt error codes", and the common
error codes of its API gateway.
"""

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import TransportError
from notifications.channels.sms_aliyun.client import AliyunError

NO_TEMPLATE, EMPTY_VALUE, LONG_VALUE = "no_template", "empty_value", "long_value"

NOT_IN_USE = _("The number is not in service, switched off or out of reach.")
NUMBER_TOO_OFTEN = _("The number has got too many messages; another way is quicker.")
OPTED_OUT = _("The person has unsubscribed from our text messages.")
FILTERED = _("A carrier's filter stopped the message.")
SIGNATURE = _("The signature is not approved by the carrier, or is written differently there.")
TEMPLATE = _("The template is not approved by the carrier.")
VALUES = _("The values do not fit the template registered with the carrier.")
TOO_LONG = _("A value is longer than the carrier takes.")
NO_CREDIT = _("The account with the carrier has no credit left.")
ACCOUNT = _("The carrier refuses our account.")
LIMIT = _("The limit set in the carrier's console is reached; raise it there.")

# Another carrier, which takes the text in a form of its own, may carry what this one does not.
UNFIT = {
    # Our own words, before anything is sent
    NO_TEMPLATE: _("The text names no template registered with the carrier, which sends nothing else."),
    EMPTY_VALUE: _("A value that the registered template needs is empty."),
    LONG_VALUE: TOO_LONG,
    # Answers to a request
    "isv.SMS_SIGN_ILLEGAL": SIGNATURE,
    "isv.SMS_SIGNATURE_ILLEGAL": SIGNATURE,
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": SIGNATURE,
    "isv.SIGN_STATE_ILLEGAL": SIGNATURE,
    "isv.SMS_TEMPLATE_ILLEGAL": TEMPLATE,
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": _("The template is not for numbers of this country."),
    "isv.TEMPLATE_MISSING_PARAMETERS": VALUES,
    "isv.TEMPLATE_PARAMS_ILLEGAL": VALUES,
    "isv.INVALID_PARAMETERS": VALUES,
    "isv.INVALID_JSON_PARAM": VALUES,
    "isv.PARAM_LENGTH_LIMIT": TOO_LONG,
    "isv.PARAM_NOT_SUPPORT_URL": _("A value holds an address, which the carrier does not take."),
}

# Operations must mend these: no fault of the message, which waits.
OUR_SETUP = {
    "isv.DAY_LIMIT_CONTROL": LIMIT,
    "isv.MONTH_LIMIT_CONTROL": LIMIT,
    "isv.OUT_OF_SERVICE": NO_CREDIT,
    "isv.AMOUNT_NOT_ENOUGH": NO_CREDIT,
    "isv.ACCOUNT_NOT_EXISTS": ACCOUNT,
    "isv.ACCOUNT_ABNORMAL": ACCOUNT,
    "isv.PRODUCT_UN_SUBSCRIPT": ACCOUNT,
    "isv.PRODUCT_UNSUBSCRIBE": ACCOUNT,
    "isv.DENY_IP_RANGE": ACCOUNT,
    "isp.RAM_PERMISSION_DENY": ACCOUNT,
    "SignatureDoesNotMatch": ACCOUNT,
    "InvalidAccessKeyId.NotFound": ACCOUNT,
    "InvalidAccessKeyId.Inactive": ACCOUNT,
    "InvalidTimeStamp.Expired": _("The clock of our server is wrong."),
}

ERRORS = {
    **UNFIT,
    **OUR_SETUP,
    # Answers to a request
    "isv.MOBILE_NUMBER_ILLEGAL": _("The phone number does not exist."),
    "isv.BUSINESS_LIMIT_CONTROL": NUMBER_TOO_OFTEN,
    "isv.BLACK_KEY_CONTROL_LIMIT": FILTERED,
    "isv.SMS_CONTENT_ILLEGAL": FILTERED,
    "Throttling": _("Too many messages at once; sent again later."),
    "Throttling.User": _("Too many messages at once; sent again later."),
    # Reports
    "MOBILE_NOT_ON_SERVICE": NOT_IN_USE,
    "INVALID_NUMBER": NOT_IN_USE,
    "MOBILE_ACCOUNT_ABNORMAL": NOT_IN_USE,
    "MOBLLE_TERMINAL_ERROR": _("The phone cannot take messages now."),  # spelt so by Aliyun
    "MOBILE_SEND_LIMIT": NUMBER_TOO_OFTEN,
    "MOBILE_IN_BLACK": OPTED_OUT,
    "USER_REJECT": OPTED_OUT,
    "CONTENT_KEYWORD": FILTERED,
    "NO_ROUTE": FILTERED,
    "REQUEST_SUCCESS": _("The network did not say why."),
    "SP_UNKNOWN_ERROR": _("The network did not say why."),
}

OUR_SETUP_BEGINS = (
    "InvalidAccessKeyId",
    "Forbidden",
    "NoPermission",
    "IncompleteSignature",
    "InvalidTimeStamp",
)
# The same signed request reached Aliyun twice, as when a proxy repeats it; the first may have been taken.
SEEN_BEFORE = "SignatureNonceUsed"
# A number's limits in Aliyun's message, with the seconds after which they have passed. That of a day has not for long.
LIMIT_PASSES = {"分钟级": 60.0, "小时级": 3600.0}


def as_transport_error(error: AliyunError) -> TransportError:
    """What to do next. Aliyun's message may repeat a value, so only its code is kept."""
    code, wait = error.code, error.retry_after
    if code.startswith("Throttling") or error.status == 429:
        return TransportError("too many requests", code=code, throttled=True, retry_after=wait)
    if code == "isv.BUSINESS_LIMIT_CONTROL":
        return _number_too_often(code, error.message)
    if code in UNFIT:
        return TransportError("the carrier does not send this text in its form", code=code, unfit=True)
    if code in OUR_SETUP or code.startswith(OUR_SETUP_BEGINS):
        return TransportError("the account, its signature or its limits refuse every message", code=code)
    if code == SEEN_BEFORE or code.startswith("isp.") or error.status >= 500:
        # There is no idempotency key: whatever failed inside may have been sent all the same.
        return TransportError("the carrier failed", code=code, uncertain=True)
    return TransportError("the carrier refused the message", code=code, permanent=True)


def _number_too_often(code: str, message: str) -> TransportError:
    for words, seconds in LIMIT_PASSES.items():
        if words in message:
            return TransportError(
                "too many messages to this number", code=code, throttled=True, retry_after=seconds
            )
    return TransportError("too many messages to this number today", code=code, permanent=True)
