"""Headquarters' pages for what is said and when, and its view of what was sent. Each module here is one subject."""

from notifications.admin import (
    approved,
    core,
    dead_letters,
    fields,
    local,
    planning,
    register,
    sending_times,
    sent,
    templates,
)

__all__ = [
    "approved",
    "core",
    "dead_letters",
    "fields",
    "local",
    "planning",
    "register",
    "sending_times",
    "sent",
    "templates",
]
