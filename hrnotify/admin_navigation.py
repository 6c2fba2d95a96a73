"""The admin's side bar."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# Pages of our own whose addresses lie below those of a list.
OWN_PAGES = [
    reverse_lazy(f"admin:notifications_{page}")
    for page in ("preview", "local_differences", "local_contradictions")
]


def _page(title: Any, icon: str, model: str) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "active": partial(_is_at, link=link)}


def _is_at(request: HttpRequest, *, link: Any) -> bool:
    """Whether the page is the list or one of its records."""
    return request.path.startswith(str(link)) and request.path not in map(str, OWN_PAGES)


def navigation(_request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's SIDEBAR."""
    return GROUPS


GROUPS: list[dict[str, Any]] = [
    {
        "items": [
            {"title": _("Overview"), "icon": "monitoring", "link": reverse_lazy("admin:index")},
        ]
    },
    {
        "title": _("Candidates"),
        "separator": True,
        "items": [
            _page(_("Offers"), "badge", "candidates_offer"),
            _page(_("Candidates"), "groups", "candidates_candidate"),
            _page(_("Progress of offers"), "timeline", "tracking_progress"),
            _page(_("Deferrals"), "event_repeat", "candidates_deferral"),
            _page(_("Extensions"), "more_time", "candidates_extension"),
            _page(_("Calls"), "call", "tracking_call"),
            _page(_("Events"), "history", "tracking_event"),
        ],
    },
    {
        "title": _("What we say"),
        "separator": True,
        "items": [
            _page(_("Templates"), "description", "notifications_notificationtemplate"),
            _page(_("Template versions"), "library_books", "notifications_templateversion"),
            {
                "title": _("Preview"),
                "icon": "smartphone",
                "link": reverse_lazy("admin:notifications_preview"),
            },
            _page(_("Core and papers"), "verified", "notifications_coreversion"),
            _page(_("Core fields"), "lock", "notifications_corefield"),
            _page(_("Approved wordings"), "edit_note", "notifications_approvedwording"),
            _page(_("Registrations with carriers"), "approval", "notifications_providerregistration"),
        ],
    },
    {
        "title": _("What branches say"),
        "separator": True,
        "items": [
            _page(_("Local fields"), "edit_location", "notifications_localfield"),
            _page(_("Local values"), "pin_drop", "notifications_localvalue"),
            _page(_("Local papers"), "file_present", "notifications_localpaper"),
            {
                "title": _("How branches differ"),
                "icon": "compare_arrows",
                "link": reverse_lazy("admin:notifications_local_differences"),
            },
            {
                "title": _("What contradicts the core"),
                "icon": "rule",
                "link": reverse_lazy("admin:notifications_local_contradictions"),
            },
        ],
    },
    {
        "title": _("When and by which way"),
        "separator": True,
        "items": [
            _page(_("Channel strategies"), "alt_route", "notifications_channelstrategy"),
            _page(_("Reminder rules"), "alarm", "notifications_reminderrule"),
            _page(_("Send windows"), "schedule_send", "notifications_sendwindow"),
            _page(_("Channels of branches"), "tune", "notifications_branchchannels"),
            _page(_("Days of the calendar"), "calendar_month", "branches_calendarday"),
            _page(_("Deferral policies"), "event_available", "candidates_deferralpolicy"),
        ],
    },
    {
        "title": _("What was sent"),
        "separator": True,
        "items": [
            _page(_("Messages"), "outbox", "notifications_message"),
            _page(_("What reached nobody"), "unsubscribe", "notifications_deadletter"),
            _page(_("Attempts"), "send", "notifications_attempt"),
            _page(_("Receipts"), "mark_email_read", "notifications_receipt"),
        ],
    },
    {
        "title": _("The bank"),
        "separator": True,
        "items": [
            _page(_("Branches"), "account_tree", "branches_branch"),
            _page(_("People"), "person", "branches_user"),
        ],
    },
    {
        "title": _("Audit"),
        "separator": True,
        "items": [
            {"title": _("Changes"), "icon": "difference", "link": reverse_lazy("admin:audit_changes")},
            {"title": _("Refused attempts"), "icon": "gpp_bad", "link": reverse_lazy("admin:audit_refused")},
            _page(_("Accesses to personal data"), "visibility", "branches_accessrecord"),
        ],
    },
    {
        "title": _("Machines"),
        "separator": True,
        "items": [
            _page(_("Interview sources"), "input", "candidates_interviewsource"),
            _page(_("Signals"), "sensors", "candidates_signal"),
            _page(_("API keys"), "key", "branches_apikey"),
        ],
    },
]
