"""Command line and environment. The accounts' settings have the names of the product's own."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from standardwebhooks.webhooks import Webhook

from sandbox.faults import FAULT_NAMES, Faults, checked_fault

HOST = "127.0.0.1"
DEFAULT_PORT = 8025
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"

FAULT_HELP = {
    "latency_ms": "milliseconds before every answer",
    "receipt_delay_ms": "milliseconds between acceptance and receipt, and between receipts",
    "fail_rate": "share of requests answered with a temporary error, not kept",
    "drop_receipts": "share of receipts never sent",
    "duplicate_receipts": "share of receipts sent twice",
    "reorder_receipts": "share of messages whose receipts come in another order",
    "timeout_after_accept": "share of messages kept but never answered, until the client gives up",
}


@dataclass(frozen=True, kw_only=True)
class TwilioAccount:
    sid: str
    auth_token: str


@dataclass(frozen=True, kw_only=True)
class WechatAccount:
    """`aes_key`: the 43-character EncodingAESKey, or empty for plain events. `callback`: where events go."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    callback: str


@dataclass(frozen=True, kw_only=True)
class AliyunAccount:
    """`callback`: where reports go; empty where the product has no secret for them."""

    key_id: str
    key_secret: str
    sign_name: str
    callback: str


@dataclass(frozen=True, kw_only=True)
class GatewayAccount:
    """`secret`: signs both ways (`whsec_…`)."""

    secret: str
    callback: str


@dataclass(frozen=True, kw_only=True)
class JpushAccount:
    """`callback`: where receipts go; empty where the product has none, as without JPush's VIP service."""

    app_key: str
    master_secret: str
    callback: str


@dataclass(frozen=True, kw_only=True)
class MailgunAccount:
    """`domain`: empty for any. `callback`: where reports go; empty where the product has no secret for them."""

    api_key: str
    signing_key: str
    domain: str
    callback: str


@dataclass(frozen=True, kw_only=True)
class Options:
    """An account that is None is off: its settings are missing. Port 0 takes any free one."""

    port: int
    smtp_port: int
    faults: Faults
    twilio: TwilioAccount | None
    aliyun: AliyunAccount | None
    gateway: GatewayAccount | None
    wechat: WechatAccount | None
    jpush: JpushAccount | None
    mailgun: MailgunAccount | None
    bounce_callback: str  # where the mail server hands in bounces; empty for nowhere


class SettingsError(ValueError):
    """A setting contradicts itself; the message says which and what to do."""


def read_options(*, arguments: Sequence[str], environment: Mapping[str, str], epilog: str = "") -> Options:
    """Exits with a hint (argparse, status 2) when an option cannot be understood."""
    parser = _parser(environment=environment, epilog=epilog)
    given = parser.parse_args(arguments)
    try:
        wechat = _wechat(environment, callback=given.wechat_callback)
        gateway = _gateway(environment, callback=given.gateway_callback)
    except SettingsError as error:
        parser.error(str(error))
    return Options(
        port=given.port,
        smtp_port=given.smtp_port if given.smtp_port is not None else port_after(given.port),
        faults=Faults(**{name: getattr(given, name) for name in FAULT_NAMES}),
        twilio=_twilio(environment),
        aliyun=_aliyun(environment, callback=given.aliyun_callback),
        gateway=gateway,
        wechat=wechat,
        jpush=_jpush(environment, callback=given.jpush_callback),
        mailgun=_mailgun(environment, callback=given.esp_callback),
        bounce_callback=given.bounce_callback,
    )


def _parser(*, environment: Mapping[str, str], epilog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Stand-ins for the carriers: they speak the wire protocols, keep the messages, send "
        "receipts back and show them as an inbox in the browser.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    public_url = environment.get("PUBLIC_URL") or DEFAULT_PUBLIC_URL
    parser.add_argument(
        "--port",
        type=_port,
        default=environment.get("SANDBOX_PORT") or str(DEFAULT_PORT),
        help="web and HTTP",
    )
    parser.add_argument(
        "--smtp-port",
        type=_port,
        default=environment.get("SANDBOX_SMTP_PORT") or None,
        help="mail; default $SANDBOX_SMTP_PORT or port + 1",
    )
    parser.add_argument(
        "--wechat-callback",
        default=public_url.rstrip("/") + "/callbacks/wechat/",
        metavar="URL",
        help="where WeChat's events go; default $PUBLIC_URL/callbacks/wechat/",
    )
    parser.add_argument(
        "--aliyun-callback",
        default=_with_secret(public_url, "aliyun", environment.get("ALIYUN_CALLBACK_SECRET")),
        metavar="URL",
        help="where Aliyun's reports go; default $PUBLIC_URL/callbacks/aliyun/$ALIYUN_CALLBACK_SECRET/",
    )
    parser.add_argument(
        "--gateway-callback",
        default=public_url.rstrip("/") + "/callbacks/gateway/",
        metavar="URL",
        help="where the gateway's reports go; default $PUBLIC_URL/callbacks/gateway/",
    )
    parser.add_argument(
        "--jpush-callback",
        default=_with_secret(public_url, "jpush", environment.get("JPUSH_CALLBACK_SECRET")),
        metavar="URL",
        help="where JPush's receipts go; default $PUBLIC_URL/callbacks/jpush/$JPUSH_CALLBACK_SECRET/",
    )
    parser.add_argument(
        "--esp-callback",
        default=_with_secret(public_url, "esp", environment.get("ESP_CALLBACK_SECRET")),
        metavar="URL",
        help="where Mailgun's reports go; default $PUBLIC_URL/callbacks/esp/$ESP_CALLBACK_SECRET/",
    )
    parser.add_argument(
        "--bounce-callback",
        default=_with_secret(public_url, "email/bounce", environment.get("BOUNCE_SECRET")),
        metavar="URL",
        help="where bounces of mail are handed in; default $PUBLIC_URL/callbacks/email/bounce/$BOUNCE_SECRET/",
    )
    standard = Faults().as_dict()
    for name in FAULT_NAMES:
        option = "--" + name.replace("_", "-")
        help_text = f"{FAULT_HELP[name]} (default {standard[name]:g})"
        parser.add_argument(
            option, type=partial(_fault, name), default=standard[name], help=help_text, metavar="N"
        )
    return parser


def _with_secret(public_url: str, path: str, secret: str | None) -> str:
    """An address that is known by its secret; none without one."""
    return f"{public_url.rstrip('/')}/callbacks/{path}/{secret}/" if secret else ""


def port_after(port: int) -> int:
    """The next one, unless any free port is wanted."""
    return port + 1 if port else 0


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return number


def _fault(name: str, text: str) -> float:
    try:
        return checked_fault(name=name, value=float(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _twilio(environment: Mapping[str, str]) -> TwilioAccount | None:
    sid, token = environment.get("TWILIO_ACCOUNT_SID"), environment.get("TWILIO_AUTH_TOKEN")
    return TwilioAccount(sid=sid, auth_token=token) if sid and token else None


def _aliyun(environment: Mapping[str, str], *, callback: str) -> AliyunAccount | None:
    names = ("ALIYUN_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_SECRET", "ALIYUN_SMS_SIGN_NAME")
    key_id, key_secret, sign_name = (environment.get(name, "") for name in names)
    if not (key_id and key_secret and sign_name):
        return None
    return AliyunAccount(key_id=key_id, key_secret=key_secret, sign_name=sign_name, callback=callback)


def _gateway(environment: Mapping[str, str], *, callback: str) -> GatewayAccount | None:
    secret = environment.get("GATEWAY_SECRET", "")
    if not secret:
        return None
    try:
        Webhook(secret)
    except ValueError:
        raise SettingsError("GATEWAY_SECRET: whsec_ and base64 are needed") from None
    return GatewayAccount(secret=secret, callback=callback)


def _jpush(environment: Mapping[str, str], *, callback: str) -> JpushAccount | None:
    app_key, secret = environment.get("JPUSH_APP_KEY"), environment.get("JPUSH_MASTER_SECRET")
    return (
        JpushAccount(app_key=app_key, master_secret=secret, callback=callback) if app_key and secret else None
    )


def _mailgun(environment: Mapping[str, str], *, callback: str) -> MailgunAccount | None:
    names = ("API_KEY", "WEBHOOK_SIGNING_KEY", "SENDER_DOMAIN")
    api_key, signing_key, domain = (environment.get(f"ANYMAIL_MAILGUN_{name}", "") for name in names)
    if not (api_key and signing_key):
        return None
    return MailgunAccount(api_key=api_key, signing_key=signing_key, domain=domain, callback=callback)


def _wechat(environment: Mapping[str, str], *, callback: str) -> WechatAccount | None:
    app_id, secret = environment.get("WECHAT_APP_ID"), environment.get("WECHAT_APP_SECRET")
    token, aes_key = environment.get("WECHAT_TOKEN"), environment.get("WECHAT_AES_KEY", "")
    if not (app_id and secret and token):
        return None
    if aes_key and len(aes_key) != 43:
        raise SettingsError(
            "WECHAT_AES_KEY: the EncodingAESKey has 43 characters; leave it empty for plain mode"
        )
    return WechatAccount(app_id=app_id, app_secret=secret, token=token, aes_key=aes_key, callback=callback)
