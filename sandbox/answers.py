"""JSON answers."""

import json
from typing import Any

from aiohttp import web


def json_answer(content: Any, *, status: int = 200) -> web.Response:
    """Readable Chinese instead of escapes; what cannot be encoded (broken mail) becomes a question mark."""
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")
