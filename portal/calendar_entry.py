"""The first day as an entry of a calendar (RFC 5545), one and the same however often its facts move."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from candidates.models import Offer, OfferState
from notifications.compose import Value

STATUS = {
    OfferState.OFFERED: "TENTATIVE",
    OfferState.CONFIRMED: "CONFIRMED",
    OfferState.DECLINED: "CANCELLED",
    OfferState.WITHDRAWN: "CANCELLED",
}
REMIND_BEFORE = (timedelta(days=1), timedelta(hours=2))
LENGTH = timedelta(hours=1)
# How often a calendar that subscribed asks again; calendars keep to it as they please.
ASK_AGAIN = timedelta(hours=4)


def first_day(offer: Offer, facts: dict[str, Value]) -> bytes:
    """A calendar with the one entry. `facts`: the offer's values in the language of the reader.

    The link to the page is not in it: calendars are shared, and the page is for one person.
    """
    title = _("First day at %(bank)s, %(branch)s") % {
        "bank": facts.get("bank_name", ""),
        "branch": facts["branch_name"],
    }
    # Line ends would end the calendar's own lines: those of names are not escaped.
    title = " ".join(title.split())
    calendar = Calendar()
    calendar.add("prodid", "-//HRNotify//HRNotify//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    calendar.add_component(_entry(offer, facts, title))
    content: bytes = calendar.to_ical()
    return content


def _entry(offer: Offer, facts: dict[str, Value], title: str) -> Event:
    entry = Event()
    entry.add("uid", f"{offer.pk}@{urlsplit(settings.PUBLIC_URL).hostname}")
    entry.add("sequence", offer.changes)
    entry.add("dtstamp", timezone.now())
    entry.add("dtstart", offer.onboarding_at)
    entry.add("duration", LENGTH)
    entry.add("summary", title)
    entry.add("location", f"{facts['branch_name']}, {facts['branch_address']}")
    entry.add("description", _description(facts))
    entry.add("status", STATUS[OfferState(offer.state)])
    entry.add("class", "PRIVATE")
    if STATUS[OfferState(offer.state)] != "CANCELLED":
        for before in REMIND_BEFORE:
            entry.add_component(_alarm(before, title))
    return entry


def _description(facts: dict[str, Value]) -> str:
    lines = [
        _("Please bring the papers that your notice names."),
        _("Contact: %(contact)s, %(phone)s")
        % {"contact": facts["branch_contact"], "phone": facts["branch_phone"]},
    ]
    return "\n".join(lines)


def _alarm(before: timedelta, title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def subscription(key: str) -> str:
    """Where a calendar asks for the entry again and again, so that it moves along. `key`: the calendar's own."""
    path = reverse("portal:calendar", args=[key])
    return f"webcal://{urlsplit(settings.PUBLIC_URL).netloc}{path}"
