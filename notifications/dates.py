"""Dates and times as people read them; every moment is in the branch's time zone already."""

from datetime import date, datetime

from candidates.models import Language

WEEKDAYS = {
    Language.CHINESE: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(day: date, language: str) -> str:
    """Such as 2026年12月7日（周一）or Mon 7 Dec 2026."""
    weekday = WEEKDAYS[Language(language)][day.weekday()]
    if language == Language.ENGLISH:
        return f"{weekday} {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日（{weekday}）"


def moment_text(moment: datetime, language: str) -> str:
    separator = ", " if language == Language.ENGLISH else ""
    return f"{date_text(moment, language)}{separator}{moment:%H:%M}"


def short_moment(moment: datetime, language: str) -> str:
    """Such as 12月7日 09:00 or 7 Dec 09:00, where the year is clear."""
    if language == Language.ENGLISH:
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment:%H:%M}"
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def wechat_moment(moment: datetime) -> str:
    """The one form WeChat's `time` fields take."""
    return f"{moment:%Y-%m-%d %H:%M}"
