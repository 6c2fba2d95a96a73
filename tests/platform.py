"""The interview platform, as it speaks to us."""

import base64
import copy
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

SECRET = "whsec_bWFkZS11cCBzZWNyZXQgb2YgdGhlIHRlc3Rz"

RESULT: dict[str, Any] = {
    "type": "interview.completed",
    "timestamp": "2026-11-20T09:30:00+08:00",
    "data": {
        "interview_id": "AI-2026-000123",
        "score": 86.5,
        "result": "passed",
        "candidate": {
            "name": "王小明",
            "phone": "+8613800138000",
            "email": "xm@example.com",
            "id_number": "11010519491231002X",
            "category": "campus",
            "wechat_openid": None,
            "push_id": None,
            "preferred_channels": ["wechat", "sms"],
            "style": "concise",
            "language": "zh-hans",
        },
        "position": {"code": "TELLER", "title": "综合柜员"},
        "branch": "BJ-CBD",
        "onboarding_at": "2027-03-01T09:00:00+08:00",
    },
}


def result(**changes: Any) -> dict[str, Any]:
    """The sample result; `changes` are values by dotted path in `data`, written with `__`."""
    changed = copy.deepcopy(RESULT)
    for path, value in changes.items():
        *parents, leaf = path.split("__")
        place = changed["data"]
        for parent in parents:
            place = place[parent]
        place[leaf] = value
    return changed


def without(path: str) -> dict[str, Any]:
    """The sample result lacking one field, by dotted path in `data`."""
    changed = copy.deepcopy(RESULT)
    *parents, leaf = path.split(".")
    place = changed["data"]
    for parent in parents:
        place = place[parent]
    del place[leaf]
    return changed


def encode(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def signed(body: bytes, *, secret: str = SECRET, delivery: str = "", age: float = 0) -> dict[str, str]:
    """The three headers of Standard Webhooks, computed from their definition; `age` in seconds."""
    delivery, moment = delivery or f"msg_{uuid4().hex}", str(int(time.time() - age))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{delivery}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": delivery,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
