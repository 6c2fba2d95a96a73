"""What the pages of both kinds of version share: drafts are edited, checked and published; the rest is read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import GOOD, WAITS, WARNS, PlainAdmin, column, confirmed_action, go_to, page_action
from branches.audit import note_refused
from branches.client_address import client_address
from branches.models import User
from notifications.admin.version_forms import OtherVersionForm, PublishForm
from notifications.admin.version_parts import is_draft
from notifications.differences import compare
from notifications.in_force import newest_first, version_before
from notifications.models import Version
from notifications.notes import Note
from notifications.publishing import (
    NotPublishable,
    fingerprint,
    new_draft_from,
    publish,
    roll_back,
    take_back,
)
from notifications.review import review

SAVE_AND_CHECK = "_check"  # the button of templates/admin/notifications/submit_line.html
STATES = {"draft": WAITS, "scheduled": WARNS, "in_force": GOOD, "replaced": ""}


def state_words(version: Version, *, counts: bool) -> tuple[str, str]:
    """One of STATES, and how a person says it."""
    if version.published_at is None:
        return "draft", gettext("Draft")
    if version.is_scheduled:
        return "scheduled", gettext("From %(at)s") % {"at": moment_words(version.published_at)}
    return ("in_force", gettext("In force")) if counts else ("replaced", gettext("Replaced"))


def moment_words(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def page_of(version: Version, page: str = "change") -> str:
    meta = version._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[version.pk])


def signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class VersionAdmin(PlainAdmin):
    """Drafts are edited; what is published is read, compared and gone back to."""

    actions = None
    compressed_fields = False
    warn_unsaved_form = True
    list_select_related: ClassVar[tuple[str, ...]] = ("published_by",)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "number",
        "stands",
        "based_on",
        "published_at",
        "published_by",
        "created_at",
        "preview_link",
    )
    actions_detail: ClassVar[tuple[str, ...]] = (
        "differences",
        "new_draft",
        "take_back",
        "roll_back",
        "publish",
    )

    class Media:
        js = [forms.Script(f"js/{name}.js", defer=True) for name in ("admin_blocks", "admin_placeholders")]

    @column(_("state"), labels=STATES)
    def state(self, version: Any) -> tuple[str, str]:
        return state_words(version, counts=version.counting == version.pk)

    @column(_("state"))
    def stands(self, version: Any) -> str:
        """On the version's own page, which has no coloured labels."""
        return self.state(version)[1]

    @column(_("preview"))
    def preview_link(self, version: Any) -> str:
        address = f"{reverse('admin:notifications_preview')}?{urlencode(self.previewed(version))}"
        words = gettext("See it as candidates would")
        return format_html('<a class="text-link" href="{}">{}</a>', address, words)

    def previewed(self, version: Any) -> dict[str, str]:
        """What the preview is asked for to show this version."""
        return {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the id of the version that counts, so that a list of them asks once."""
        beside = self.model._default_manager.filter(**self.same_as(OuterRef))
        counting = newest_first(beside, at=timezone.now()).values("pk")[:1]
        versions: QuerySet[Any] = super().get_queryset(request).annotate(counting=Subquery(counting))
        return versions

    def same_as(self, reference: Any) -> dict[str, Any]:
        """What versions of one thing have in common, as a filter on the outer query."""
        return {}

    # --- Who may do what ---
    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # a version starts as a draft

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)

    def has_check_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        version = self._found(request, object_id)
        return version is not None and version.is_draft and self.has_view_permission(request)

    def has_copy_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return super().has_change_permission(request)

    def has_take_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        version = self._found(request, object_id)
        return version is not None and version.is_scheduled and super().has_change_permission(request)

    def has_roll_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        version = self._found(request, object_id)
        if version is None or version.is_draft or version.is_scheduled or version.counting == version.pk:
            return False
        return super().has_change_permission(request)

    def _found(self, request: HttpRequest, object_id: Any) -> Any:
        """None for an id that is none, too."""
        return self.get_object(request, unquote(str(object_id)))

    # --- What is published is refused to whoever tries to change it ---
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A draft is saved to go on with it or to check it: never to end in the list of versions."""
        self._refuse_change_of_published(request, object_id)
        buttons = {"show_save": False, "show_save_and_check": self._is_edited(request, object_id)}
        return super().changeform_view(request, object_id, form_url, buttons | (extra_context or {}))

    def _is_edited(self, request: HttpRequest, object_id: str | None) -> bool:
        return object_id is not None and self.has_change_permission(request, self._found(request, object_id))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if SAVE_AND_CHECK in request.POST:
            return redirect(page_of(obj, "publish"))
        return super().response_change(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        self._refuse_change_of_published(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    def _refuse_change_of_published(self, request: HttpRequest, object_id: str | None) -> None:
        """Outside of the transaction of the page, so that the record outlives the refusal."""
        if request.method != "POST" or object_id is None:
            return
        version = self._found(request, object_id)
        if version and not version.is_draft:
            note_refused(
                by=signed_in(request),
                what="content.published_version",
                target=str(version.pk),
                from_address=client_address(request),
            )
            raise PermissionDenied

    # --- Pages and buttons ---
    def _page(self, request: HttpRequest, version: Version, template: str, **context: Any) -> HttpResponse:
        common = {**self.admin_site.each_context(request), "opts": self.opts, "version": version}
        common["page_of_version"] = page_of(version)
        return TemplateResponse(request, f"admin/notifications/{template}", common | context)

    def _version(self, request: HttpRequest, object_id: str) -> Any:
        version = self._found(request, object_id)
        if version is None:
            raise Http404
        return version

    @page_action(_("Check and publish"), icon="fact_check", permissions=["check"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)
        form = PublishForm(request.POST if request.method == "POST" else None)
        seen = fingerprint(version)
        if request.method == "POST":
            if not self.has_change_permission(request, version):
                raise PermissionDenied
            if form.is_valid() and _published(request, version, **form.cleaned_data):
                return redirect(page_of(version))
        notes, before = review(version), version_before(version)
        return self._page(
            request,
            version,
            "check.html",
            title=gettext("Check and publish: %(version)s") % {"version": version},
            stops=[note for note in notes if note.stops],
            warnings=[note for note in notes if not note.stops],
            before=before,
            differences=compare(before, version),
            form=form,
            seen=seen,
            may_publish=self.has_change_permission(request, version),
            **self.check_context(version, notes),
        )

    def check_context(self, version: Any, notes: list[Note]) -> dict[str, Any]:
        """What one kind of version adds to its check."""
        return {}

    @page_action(_("What changed"), icon="difference", permissions=["view"])
    def differences(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)
        before = version_before(version)
        form = OtherVersionForm({"other": before and before.pk, **request.GET.dict()}, version=version)
        other = form.cleaned_data["other"] if form.is_valid() else before
        return self._page(
            request,
            version,
            "differences.html",
            title=gettext("What changed: %(version)s") % {"version": version},
            before=other,
            differences=compare(other, version),
            form=form,
        )

    @confirmed_action(
        _("New draft from this version"),
        question=_("The draft starts with what this version says; what is in force stays in force."),
        icon="edit_note",
        permissions=["copy"],
    )
    def new_draft(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        return go_to(page_of(new_draft_from(self._version(request, object_id))))

    @confirmed_action(
        _("Take back"),
        question=_("The version does not come into force; it becomes a draft again."),
        icon="undo",
        permissions=["take_back"],
    )
    def take_back(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)
        try:
            take_back(version)
        except NotPublishable as refused:
            _tell(request, refused)
        else:
            messages.success(request, gettext("The version is a draft again."))
        return go_to(page_of(version))

    @confirmed_action(
        _("Roll back to this"),
        question=_(
            "A new version with what this one says comes into force at once. Messages that were sent stay as they are."
        ),
        icon="settings_backup_restore",
        permissions=["roll_back"],
    )
    def roll_back(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)
        try:
            newest = roll_back(version, by=signed_in(request))
        except NotPublishable as refused:
            _tell(request, refused)
            return go_to(page_of(version))
        words = gettext("Version %(number)s is in force; it says what version %(old)s said.")
        messages.success(request, words % {"number": newest.number, "old": version.number})
        return go_to(page_of(newest))


def _published(request: HttpRequest, version: Any, *, at: datetime | None, seen: str) -> bool:
    """Whether it was published; what stopped it, or when it comes into force, is told on the next page."""
    try:
        publish(version, by=signed_in(request), at=at, seen=seen or None)
    except NotPublishable as refused:
        _tell(request, refused)
        return False
    words = gettext("The version comes into force on %(at)s.") if at else gettext("The version is in force.")
    messages.success(request, words % {"at": moment_words(at)} if at else words)
    return True


def _tell(request: HttpRequest, refused: NotPublishable) -> None:
    for problem in refused.problems:
        messages.error(request, problem)
