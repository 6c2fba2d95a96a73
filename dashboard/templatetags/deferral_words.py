"""Filters of the pages about another first day."""

from datetime import date, datetime, time

from django import template
from django.utils.translation import get_language

from notifications.dates import date_text

register = template.Library()


@register.filter
def day_words(day: date) -> str:
    """Such as 2026年12月7日（周一）."""
    return date_text(datetime.combine(day, time.min), get_language() or "")
