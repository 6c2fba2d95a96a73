"""JSON from carriers, of which anything may be wrong: their reports and their answers."""

import json
from collections.abc import Mapping
from typing import Any

from notifications.channels.base import CallbackRefused

SCALAR = (str, int, float, bool)


def reports(body: bytes) -> list[dict[str, Any]]:
    """A callback's one object, or array of them. Raises CallbackRefused."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise CallbackRefused("not JSON") from None
    several = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in several):
        raise CallbackRefused("not an object or an array of them")
    return several


def answer_in(body: bytes) -> dict[str, Any]:
    """The object of an answer; an empty one for whatever else was answered."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def text_in(told: Mapping[str, Any], name: str, *, longest: int) -> str:
    """A field as text that the database can hold; "" for none, and for what is no single value."""
    value = told.get(name)
    return storable(str(value))[:longest] if isinstance(value, SCALAR) else ""


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and half characters, which cannot be encoded."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def as_text(report: Mapping[str, Any]) -> str:
    """A report as it is kept: a line for each of its fields."""
    fields = sorted((name, value) for name, value in report.items() if isinstance(value, SCALAR))
    return storable("\n".join(f"{name}={value}" for name, value in fields))
