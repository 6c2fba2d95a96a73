"""Settings that both have in common; the addresses come from the run."""

from __future__ import annotations

import os

SECRET_KEY = "for measuring only"  # noqa: S105
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["RIVAL_DATABASE_HOST"],
        "PORT": os.environ["RIVAL_DATABASE_PORT"],
        "USER": os.environ["RIVAL_DATABASE_USER"],
        "NAME": os.environ["RIVAL_DATABASE"],
        "CONN_MAX_AGE": 600,
    }
}
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["RIVAL_SMTP_PORT"])
PROCESSES = int(os.environ["RIVAL_PROCESSES"])
DEFAULT_FROM_EMAIL = "HR <hr@bank.example>"
SUBJECT = "海岳银行录用通知"
# Eight lines in text and in HTML, as a notice has them.
TEXT = "\n".join(["王小明您好，恭喜您通过面试，请于报到日携带身份证与学历证书原件到岗。"] * 8)
HTML = f"<html><body>{''.join(f'<p>{line}</p>' for line in TEXT.splitlines())}</body></html>"
