"""What the API's own description says of a body that is read by hand, because its signature covers the bytes."""

from typing import Any

from pydantic import BaseModel

SIGNATURE = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]


def signed_body(model: type[BaseModel]) -> dict[str, Any]:
    """An operation's `openapi_extra`: the headers of Standard Webhooks, and a JSON body of the model's shape."""
    schema = model.model_json_schema()
    shape = _inlined(schema, schema.pop("$defs", {}))
    return {
        "parameters": SIGNATURE,
        "requestBody": {"required": True, "content": {"application/json": {"schema": shape}}},
    }


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """Every reference replaced by what it names: an operation can add nothing to the document's components."""
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    named = definitions[reference.rpartition("/")[2]] if reference else {}
    beside = {name: value for name, value in part.items() if name != "$ref"}
    return {name: _inlined(value, definitions) for name, value in {**named, **beside}.items()}
