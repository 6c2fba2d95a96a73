"""Settings of a demo: made-up carrier accounts that point at the sandbox, and logins that stay the same."""

import base64
import json
import os
import secrets
from pathlib import Path

from hrnotify.embedded import EmbeddedServers, stack_folder
from hrnotify.processes import write_private
from hrnotify.stack import port_setting

# Opened by a demo's stack only; whatever the environment sets already wins.
FIXED = {
    "SMS_PROVIDERS": "twilio",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_FROM": "+10000000000",
    "ALIYUN_ACCESS_KEY_ID": "LTAI0000000000000000",
    "ALIYUN_SMS_SIGN_NAME": "海岳银行",
    "DEFAULT_FROM_EMAIL": "海岳银行 <hr@haiyue-bank.example>",
    "BOUNCE_DOMAIN": "bounces.haiyue-bank.example",
    "WECHAT_APP_ID": "wx0000000000000000",
    "JPUSH_APP_KEY": "000000000000000000000000",
}
RANDOM = (
    "TWILIO_AUTH_TOKEN",
    "ALIYUN_ACCESS_KEY_SECRET",
    "ALIYUN_CALLBACK_SECRET",
    "WECHAT_APP_SECRET",
    "WECHAT_TOKEN",
    "JPUSH_MASTER_SECRET",
    "JPUSH_CALLBACK_SECRET",
    "BOUNCE_SECRET",
)


def demo_settings(*, folder: Path | None = None) -> dict[str, str]:
    """Environment variables of the demo's processes. `folder`: where secrets are kept, the stack's own by default."""
    port, sandbox = port_setting("PORT", default=8000), port_setting("SANDBOX_PORT", default=8025)
    smtp = port_setting("SANDBOX_SMTP_PORT", default=sandbox + 1)
    wanted = {
        **FIXED,
        **_kept(folder or stack_folder()),
        "PUBLIC_URL": f"http://localhost:{port}",
        "TWILIO_API_URL": f"http://127.0.0.1:{sandbox}",
        "ALIYUN_SMS_API_URL": f"http://127.0.0.1:{sandbox}",
        "GATEWAY_URL": f"http://127.0.0.1:{sandbox}/gateway/sms",
        "WECHAT_API_URL": f"http://127.0.0.1:{sandbox}",
        "JPUSH_API_URL": f"http://127.0.0.1:{sandbox}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
    }
    return {name: os.environ.get(name) or value for name, value in wanted.items()}


def own_settings(servers: EmbeddedServers) -> dict[str, str]:
    """For a story that is told in one process on servers of its own, and begins with an empty database."""
    return {
        "DJANGO_SETTINGS_MODULE": "hrnotify.settings",
        "DATABASE_URL": servers.postgres.url if servers.postgres else "",
        "REDIS_URL": servers.require_valkey().url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        # Reading all of them beforehand would take longer than the story needs of them.
        "STATIC_ON_DEMAND": "true",
        "LOG_LEVEL": "ERROR",
    }


def _kept(folder: Path) -> dict[str, str]:
    """Random secrets, made once per stack and kept beside its data, so that a restart prints the same logins."""
    path = folder / "demo.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    kept = {**_made_up(), **known}
    if kept != known:  # a carrier may be newer than the data
        write_private(path, json.dumps(kept))
    return kept


def _made_up() -> dict[str, str]:
    made = {name: secrets.token_hex(16) for name in RANDOM}
    made["WECHAT_AES_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    made["SAMPLE_PASSWORD"] = secrets.token_urlsafe(9)
    for name in ("SAMPLE_SOURCE_SECRET", "GATEWAY_SECRET"):
        made[name] = f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
    return made
