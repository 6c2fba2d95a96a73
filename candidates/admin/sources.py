"""Interview sources: who may tell us of results, and by which names they call the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import PlainAdmin, column, confirmed_action, go_to
from branches.shown_once import show_once
from candidates.models import InterviewSource
from candidates.payload import CandidateIn, PositionIn, ResultIn
from candidates.sources import new_secret, replace_secret

if TYPE_CHECKING:
    SourceModelForm = forms.ModelForm[InterviewSource]
else:
    SourceModelForm = forms.ModelForm

MAPPABLE = frozenset(
    [
        *(name for name in ResultIn.model_fields if name not in {"candidate", "position"}),
        *(f"candidate.{name}" for name in CandidateIn.model_fields),
        *(f"position.{name}" for name in PositionIn.model_fields),
    ]
)


class SourceForm(SourceModelForm):
    class Meta:
        model = InterviewSource
        fields = ("name", "slug", "verifier", "threshold", "requests_per_minute", "active", "field_mapping")

    def clean_field_mapping(self) -> dict[str, str]:
        mapping = self.cleaned_data["field_mapping"] or {}
        if not isinstance(mapping, dict):
            raise ValidationError(_("This must be an object, such as {}."))
        if unknown := sorted(set(mapping) - MAPPABLE):
            raise ValidationError(
                _("We have no such field: %(names)s."), params={"names": ", ".join(unknown)}
            )
        if wrong := sorted(key for key, path in mapping.items() if not isinstance(path, str) or not path):
            raise ValidationError(
                _("Not a path: the value of %(names)s."), params={"names": ", ".join(wrong)}
            )
        return mapping


@admin.register(InterviewSource)
class InterviewSourceAdmin(PlainAdmin):
    form = SourceForm
    actions = None
    list_display = ("name", "slug", "verifier", "threshold", "active", "secrets_in_use")
    search_fields = ("name", "slug")
    ordering = ("name",)
    actions_detail = ("new_secret",)

    @column(_("valid secrets"))
    def secrets_in_use(self, source: InterviewSource) -> int:
        return len(source.secrets)

    def get_readonly_fields(
        self, _request: HttpRequest, obj: InterviewSource | None = None
    ) -> tuple[str, ...]:
        return ("slug",) if obj else ()  # the platform calls this address

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False  # a source that is no longer wanted is switched off; its signals are evidence

    def save_model(self, request: HttpRequest, obj: InterviewSource, form: Any, change: bool) -> None:
        if not change:
            obj.secret = new_secret()
            show_once(request, what=gettext("The secret"), secret=obj.secret)
        super().save_model(request, obj, form, change)

    @confirmed_action(
        _("New secret"),
        question=_("The secret in force stays valid beside the new one until the next replacement."),
        icon="key",
        permissions=["change"],
    )
    def new_secret(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        secret = replace_secret(InterviewSource.objects.get(pk=object_id))
        show_once(request, what=gettext("The secret"), secret=secret)
        return go_to(reverse("admin:candidates_interviewsource_change", args=[object_id]))
