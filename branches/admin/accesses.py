"""Who looked at personal data in full."""

from __future__ import annotations

from django.contrib import admin

from branches.admin_parts import ReadOnlyAdmin
from branches.models import AccessRecord


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "what", "subject_id", "from_address")
    list_select_related = ("user",)
    list_filter = ("what",)
    search_fields = ("user__username", "=subject_id")
    date_hierarchy = "at"
    ordering = ("-at",)
