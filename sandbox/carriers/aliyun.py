"""Aliyun's Short Message Service: SendSms, QuerySendDetails, and the SmsReport of each message.

Source: Alibaba Cloud, Dysmsapi 2017-05-25; see README.md for what is simplified.
"""

import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.answers import json_answer
from sandbox.carriers.aliyun_signature import Gate, SignatureRefused
from sandbox.desk import Desk, WebCarrier
from sandbox.inbox import Message, Shown
from sandbox.links import links_in_text
from sandbox.options import AliyunAccount, Options
from sandbox.receipts import Post, Step
from sandbox.sms_segments import sms_segments

NAME = "aliyun"
CHANNEL = "sms"
VERSION = "2017-05-25"
CHINA = timezone(timedelta(hours=8))
NUMBER = re.compile(r"(?:\+86|0086|86)?(1\d{10})")
ABROAD = re.compile(r"\d{7,15}")
TEMPLATE = re.compile(r"SMS_\w+")
VARIABLE = re.compile(r"\$\{(\w+)\}")
ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
LONGEST_VALUE = 35  # characters of a variable in a notice
LARGEST_PAGE = 50
WAITING, FAILED, DELIVERED = 1, 2, 3

MAGIC = (
    ("+86…0001", "isv.MOBILE_NUMBER_ILLEGAL"),
    ("+86…0002", "isv.BUSINESS_LIMIT_CONTROL, of the day"),
    ("+86…0003", "accepted, then MOBILE_NOT_ON_SERVICE"),
    ("+86…0004", "accepted, then MOBILE_IN_BLACK"),
    ("+86…0005", "accepted, never a report (records say: waiting)"),
    ("TemplateCode with “unknown”, or not registered where templates are", "isv.SMS_TEMPLATE_ILLEGAL"),
)
REFUSED = {
    "0001": ("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"),
    "0002": ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50"),
}
FATES = {"0003": "MOBILE_NOT_ON_SERVICE", "0004": "MOBILE_IN_BLACK"}
SILENT = "0005"
TEMPORARY = (
    (500, "InternalError", "The request processing has failed due to some unknown error."),
    (200, "isp.SYSTEM_ERROR", "系统错误"),
    (400, "Throttling.User", "Request was denied due to user flow control."),
)
Handler = Callable[[Mapping[str, str]], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`number`: as it was given; `body`: as the person reads it, as far as the template is known."""

    biz_id: str
    out_id: str
    number: str
    sign: str
    template: str
    body: str
    error: str
    created: datetime
    reported: datetime

    @property
    def size(self) -> int:
        return 2 * len(self.body) + 500

    def show(self) -> Shown:
        return Shown(
            text=self.body, sender=self.sign, client_id=self.out_id or None, links=links_in_text(self.body)
        )

    def status_at(self, moment: datetime) -> int:
        if moment < self.reported or self.number.endswith(SILENT):
            return WAITING
        return FAILED if self.error else DELIVERED


class CarrierError(Exception):
    """Aliyun says 200 to what its own service refuses; its gateway answers with other statuses."""

    def __init__(self, code: str, message: str, *, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def answer(self) -> web.Response:
        content = {"Code": self.code, "Message": self.message, "RequestId": request_id()}
        return json_answer(content, status=self.status)


def build(*, options: Options, desk: Desk) -> "Aliyun | None":
    return Aliyun(account=options.aliyun, desk=desk) if options.aliyun else None


class Aliyun(WebCarrier):
    name = NAME

    def __init__(self, *, account: AliyunAccount, desk: Desk) -> None:
        self.account = account
        self.desk = desk
        self.gate = Gate(key_id=account.key_id, key_secret=account.key_secret)
        self.templates: dict[str, str] = {}
        self.has_no_others = False

    def routes(self) -> Iterable[web.RouteDef]:
        return (
            web.post("/", self.answered),
            web.post("/aliyun/templates.json", self.add_templates),
            web.put("/aliyun/templates.json", self.set_templates),
        )

    async def add_templates(self, request: web.Request) -> web.Response:
        """Control: `{code: text with ${variables}}`, as registered. Of other codes only the form is checked."""
        told = await request.json()
        self.templates.update({str(code): str(content) for code, content in told.items()})
        return json_answer(self.templates)

    async def set_templates(self, request: web.Request) -> web.Response:
        """Control: the same as all that is registered: other codes are refused. `{}`: any code is taken again."""
        self.templates.clear()
        answer = await self.add_templates(request)
        self.has_no_others = bool(self.templates)
        return answer

    async def answered(self, request: web.Request) -> web.Response:
        """What every call has in common: counting, signature, faults, refusals in Aliyun's form."""
        self.desk.counts.add(CHANNEL, "requests")
        try:
            await self.check_signature(request)
            act = self.action(request.headers["x-acs-action"], request.headers["x-acs-version"])
            await self.desk.faults.answer_slowly()
            if self.desk.faults.carrier_fails():
                self.desk.counts.add(CHANNEL, "faulted")
                status, code, message = secrets.choice(TEMPORARY)
                return CarrierError(code, message, status=status).answer()
            return await act(request.query)
        except CarrierError as refused:
            self.desk.counts.add(CHANNEL, "refused")
            return refused.answer()

    async def check_signature(self, request: web.Request) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            self.gate.check(
                method=request.method, query=request.query, headers=headers, body=await request.read()
            )
        except SignatureRefused as refused:
            raise CarrierError(refused.code, refused.message, status=refused.status) from None

    def action(self, name: str, version: str) -> Handler:
        if version != VERSION:
            raise CarrierError("InvalidVersion", "Specified parameter Version is not valid.", status=400)
        actions = {"SendSms": self.send, "QuerySendDetails": self.query}
        if name not in actions:
            raise CarrierError("InvalidAction.NotFound", "Specified api is not found.", status=404)
        return actions[name]

    async def send(self, asked: Mapping[str, str]) -> web.Response:
        text = self.text_of(asked)
        message = self.desk.inbox.keep(
            channel=CHANNEL, to=full_number(text.number), reference=text.biz_id, content=text
        )
        self.desk.counts.add(CHANNEL, "kept")
        if self.account.callback and not text.number.endswith(SILENT):
            self.report(message, text)
        await self.desk.perhaps_never_answer(CHANNEL)
        return json_answer({"Code": "OK", "Message": "OK", "BizId": text.biz_id, "RequestId": request_id()})

    def text_of(self, asked: Mapping[str, str]) -> Text:
        number = checked_number(asked.get("PhoneNumbers", ""))
        if asked.get("SignName") != self.account.sign_name:
            raise CarrierError("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法")
        template = asked.get("TemplateCode", "")
        self.must_be_registered(template)
        values, now = values_of(asked.get("TemplateParam", "{}")), datetime.now(UTC)
        return Text(
            biz_id=f"{secrets.randbelow(10**18):018}^0",
            out_id=asked.get("OutId", ""),
            number=number,
            sign=self.account.sign_name,
            template=template,
            body=f"【{self.account.sign_name}】{self.filled(template, values)}",
            error=FATES.get(number[-4:], ""),
            created=now,
            reported=now + timedelta(seconds=self.desk.faults.receipt_delay),
        )

    def must_be_registered(self, template: str) -> None:
        is_known = template in self.templates or not self.has_no_others
        if not TEMPLATE.fullmatch(template) or "unknown" in template or not is_known:
            raise CarrierError("isv.SMS_TEMPLATE_ILLEGAL", "短信模版不合法")

    def filled(self, template: str, values: Mapping[str, str]) -> str:
        content = self.templates.get(template)
        if content is None:
            return " ".join([template, *(f"{name}={value}" for name, value in values.items())])
        if set(VARIABLE.findall(content)) - set(values):
            raise CarrierError("isv.TEMPLATE_MISSING_PARAMETERS", "模版缺少变量")
        return VARIABLE.sub(lambda found: values[found[1]], content)

    def report(self, message: Message, text: Text) -> None:
        build_post = partial(sms_report, callback=self.account.callback, text=text)
        step = Step(status=text.error or "DELIVERED", build=build_post)
        self.desk.receipts.send_back(message=message, steps=[step])

    async def query(self, asked: Mapping[str, str]) -> web.Response:
        """A number's messages of one day in China, newest first."""
        to, day = full_number(checked_number(asked.get("PhoneNumber", ""))), asked.get("SendDate", "")
        size, page = page_of(asked)
        found = [
            message.content
            for message in self.desk.inbox.newest_first(channel=CHANNEL, to=to)
            if isinstance(message.content, Text) and f"{in_china(message.content.created):%Y%m%d}" == day
        ]
        if biz_id := asked.get("BizId"):
            found = [text for text in found if text.biz_id == biz_id]
        shown = found[(page - 1) * size : page * size]
        return json_answer(
            {
                "Code": "OK",
                "Message": "OK",
                "RequestId": request_id(),
                "TotalCount": str(len(found)),
                "SmsSendDetailDTOs": {"SmsSendDetailDTO": [record_of(text) for text in shown]},
            }
        )


def checked_number(number: str) -> str:
    """The number without the code of the mainland."""
    mainland = NUMBER.fullmatch(number)
    if not mainland and not ABROAD.fullmatch(number):
        raise CarrierError("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号")
    if mainland and (refused := REFUSED.get(number[-4:])):
        raise CarrierError(*refused)
    return mainland[1] if mainland else number


def full_number(number: str) -> str:
    """As other carriers write it, so that a phone's messages stand together."""
    return f"+86{number}" if NUMBER.fullmatch(number) else f"+{number}"


def values_of(param: str) -> dict[str, str]:
    try:
        values = json.loads(param)
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise CarrierError("isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    for value in values.values():
        if not value.strip():
            raise CarrierError("isv.TEMPLATE_PARAMS_ILLEGAL", "模板变量里包含非法关键字")
        if ADDRESS.search(value):
            raise CarrierError("isv.PARAM_NOT_SUPPORT_URL", "不支持URL")
        if len(value) > LONGEST_VALUE:
            raise CarrierError("isv.PARAM_LENGTH_LIMIT", "参数超出长度限制")
    return values


def page_of(asked: Mapping[str, str]) -> tuple[int, int]:
    try:
        size, page = int(asked["PageSize"]), int(asked["CurrentPage"])
    except (KeyError, ValueError):
        raise CarrierError("isv.INVALID_PARAMETERS", "参数异常") from None
    if not 0 < size <= LARGEST_PAGE or page < 1:
        raise CarrierError("isv.INVALID_PARAMETERS", "参数异常")
    return size, page


def in_china(moment: datetime) -> datetime:
    return moment.astimezone(CHINA)


def record_of(text: Text) -> dict[str, Any]:
    status = text.status_at(datetime.now(UTC))
    record = {
        "PhoneNum": text.number,
        "SendStatus": status,
        "ErrCode": {WAITING: "", FAILED: text.error, DELIVERED: "DELIVERED"}[status],
        "TemplateCode": text.template,
        "Content": text.body,
        "SendDate": f"{in_china(text.created):%Y-%m-%d %H:%M:%S}",
        "OutId": text.out_id,
    }
    if status != WAITING:
        record["ReceiveDate"] = f"{in_china(text.reported):%Y-%m-%d %H:%M:%S}"
    return record


def sms_report(*, callback: str, text: Text) -> Post:
    report = {
        "phone_number": text.number,
        "send_time": f"{in_china(text.created):%Y-%m-%d %H:%M:%S}",
        "report_time": f"{in_china(text.reported):%Y-%m-%d %H:%M:%S}",
        "success": not text.error,
        "err_code": text.error or "DELIVERED",
        "err_msg": "用户接收失败" if text.error else "用户接收成功",
        "sms_size": str(sms_segments(text.body)),
        "biz_id": text.biz_id,
        "out_id": text.out_id,
    }
    return Post(
        url=callback,
        headers={"Content-Type": "application/json;charset=UTF-8"},
        body=json.dumps([report], ensure_ascii=False).encode(),
        is_received=has_numeric_code,
    )


def has_numeric_code(answer: str) -> bool:
    """What Aliyun asks of an answer besides its status of 200."""
    try:
        code = json.loads(answer)["code"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(code, int)


def request_id() -> str:
    return secrets.token_hex(16).upper()
