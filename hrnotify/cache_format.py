"""How values stand in Redis."""

import json
from typing import Any


class JsonFormat:
    """Numbers as they are, so that Redis can count them up; everything else as JSON."""

    def dumps(self, value: Any) -> int | bytes:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, stored: bytes) -> Any:
        """Raises ValueError for what is not JSON."""
        return json.loads(stored)
