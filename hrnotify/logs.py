"""Structured logs: one JSON object a line, from our own events and from the libraries alike."""

from typing import Any

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure() -> None:
    """Send structlog's events through the standard logging that settings.LOGGING sets up."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """The formatter settings.LOGGING names."""
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(transformer),
            without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


# Their texts name code; those of others (a database's, a parser's) may repeat a person's data.
SPEAKING = {"TypeError", "AttributeError", "NameError", "ImportError", "ModuleNotFoundError"}


def without_values(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A traceback says which exception and where; its text only where that cannot hold personal data."""
    for error in event.get("exception") or []:
        if isinstance(error, dict) and error.get("exc_type") not in SPEAKING:
            error.pop("exc_value", None)
            error.pop("exc_notes", None)
    return event
