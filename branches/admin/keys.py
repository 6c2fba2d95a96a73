"""Machines' keys."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import (
    BAD,
    GOOD,
    BranchAndBelow,
    ChangesAsHistory,
    PlainAdmin,
    column,
    confirmed_action,
    go_to,
)
from branches.models import ApiKey
from branches.shown_once import show_once


@admin.register(ApiKey)
class ApiKeyAdmin(ChangesAsHistory, PlainAdmin):
    actions = None
    list_display = ("name", "branch", "usable", "writes_content", "created_at", "revoked_at")
    list_filter = (("branch", BranchAndBelow),)
    list_filter_submit = True
    list_select_related = ("branch",)
    search_fields = ("name", "branch__code")
    autocomplete_fields = ("branch",)
    ordering = ("-created_at",)
    actions_detail = ("revoke",)

    @column(_("state"), labels={True: GOOD, False: BAD})
    def usable(self, key: ApiKey) -> tuple[bool, str]:
        return (True, gettext("In use")) if key.revoked_at is None else (False, gettext("Revoked"))

    def get_fields(self, _request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        entered = ("name", "branch", "writes_content")
        return (*entered, "created_at", "revoked_at") if obj else entered

    def get_readonly_fields(self, _request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("branch", "created_at", "revoked_at") if obj else ()

    def has_delete_permission(self, _request: HttpRequest, _obj: ApiKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        issued, plain = ApiKey.objects.issue(
            name=obj.name, branch=obj.branch, writes_content=obj.writes_content
        )
        obj.pk, obj.key_hash = issued.pk, issued.key_hash
        show_once(request, what=gettext("The key"), secret=plain)

    @confirmed_action(
        _("Revoke"),
        question=_("Machines that use this key are refused from now on. This cannot be undone."),
        icon="block",
        permissions=["change"],
    )
    def revoke(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        ApiKey.objects.filter(pk=object_id, revoked_at__isnull=True).update(revoked_at=timezone.now())
        messages.success(request, gettext("The key is revoked."))
        return go_to(reverse("admin:branches_apikey_change", args=[object_id]))
