"""Moments as commands take them."""

from argparse import ArgumentTypeError
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime


def moment(text: str) -> datetime:
    """An argument's type: ISO 8601 with an offset. Raises ArgumentTypeError."""
    try:
        read = parse_datetime(text)
    except ValueError:
        read = None
    if read is None or timezone.is_naive(read):
        raise ArgumentTypeError("needs ISO 8601 with an offset, such as 2026-12-04T09:00:00+08:00")
    return read
