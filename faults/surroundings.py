"""The environment of a run: its own servers, made-up accounts, and every carrier at the sandbox."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from hrnotify.demo.settings import FIXED, RANDOM
from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import EmbeddedError, any_free_pair, any_free_port

SECRET = f"whsec_{base64.b64encode(b'the platform of a fault run').decode()}"
# Shorter than in service, so that what a killed worker held is taken up soon. A batch of mails passes the kept
# connections in four rounds, so the lease is more than four times what a carrier may take to answer.
LEASE_SECONDS, CARRIER_SECONDS, SWEEP_SECONDS = 15, 3, 1


@dataclass(frozen=True)
class Ports:
    """Of the web server and the sandbox; the sandbox takes mail on the port after its own."""

    web: int
    sandbox: int


def free_ports() -> Ports:
    sandbox, web = any_free_pair(), any_free_port()
    while web in {sandbox, sandbox + 1}:
        web = any_free_port()
    return Ports(web, sandbox)


def environment(servers: EmbeddedServers, ports: Ports, *, sms_providers: list[str]) -> dict[str, str]:
    """Every setting that `.env` could otherwise bring in is named, if only as empty: no real carrier is reached."""
    if servers.postgres is None or servers.valkey is None:
        raise EmbeddedError("The fault run needs servers of its own.")
    return {
        "DJANGO_SETTINGS_MODULE": "hrnotify.settings",
        "DATABASE_URL": servers.postgres.url,
        "REDIS_URL": servers.valkey.url,
        "SECRET_KEY": secrets.token_hex(24),
        "FIELD_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "PUBLIC_URL": f"http://127.0.0.1:{ports.web}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "SENTRY_DSN": "",
        "PGOPTIONS": "",
        "SWEEP_SECONDS": str(SWEEP_SECONDS),
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "CARRIER_TIMEOUT_SECONDS": str(CARRIER_SECONDS),
        **carriers(ports.sandbox),
        "SMS_PROVIDERS": ",".join(sms_providers),
    }


def carriers(port: int) -> dict[str, str]:
    """Aliyun stays off: it takes registered templates only, and the sample bank has none with it."""
    sandbox = f"http://127.0.0.1:{port}"
    return {
        **FIXED,
        **{name: secrets.token_hex(16) for name in RANDOM},
        "WECHAT_AES_KEY": "",
        "TWILIO_MESSAGING_SERVICE_SID": "",
        "ALIYUN_ACCESS_KEY_ID": "",
        "ALIYUN_ACCESS_KEY_SECRET": "",
        "ALIYUN_SMS_SIGN_NAME": "",
        "ALIYUN_CALLBACK_SECRET": "",
        "EMAIL_BACKEND_ESP": "",
        "ESP_CALLBACK_SECRET": "",
        "TWILIO_API_URL": sandbox,
        "ALIYUN_SMS_API_URL": sandbox,
        "GATEWAY_URL": f"{sandbox}/gateway/sms",
        "GATEWAY_SECRET": f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}",
        "WECHAT_API_URL": sandbox,
        "JPUSH_API_URL": sandbox,
        "JPUSH_REPORT_URL": sandbox,
        "EMAIL_URL": f"smtp://127.0.0.1:{port + 1}",
    }
