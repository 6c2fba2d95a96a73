"""Headquarters' wording: templates, their versions, and the texts and conditional paragraphs in them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import (
    BAD,
    CHOICE,
    GOOD,
    BlockInline,
    PlainAdmin,
    ReadOnlyTable,
    column,
    confirmed_action,
    go_to,
    page_action,
)
from notifications.admin.placeholders import placeholder_groups
from notifications.admin.preview_page import preview_page
from notifications.admin.version_parts import ConditionalPart, ConditionalPartForm, PartOfVersion
from notifications.admin.versions import VersionAdmin, page_of, state_words
from notifications.conditions import in_words
from notifications.in_force import in_force
from notifications.lengths import parts_of
from notifications.models import NotificationTemplate, Passage, Purpose, TemplateBody, TemplateVersion
from notifications.notes import Note
from notifications.publishing import new_draft
from notifications.review import FIELD_NAME, known_placeholders, placeholder_problems

if TYPE_CHECKING:
    BodyModelForm = forms.ModelForm[TemplateBody]
    BodyFormSetBase = BaseInlineFormSet[TemplateBody, TemplateVersion, Any]
else:
    BodyModelForm, BodyFormSetBase = forms.ModelForm, BaseInlineFormSet

# A paragraph's name as the form of a version posts it.
PASSAGE_KEY = re.compile(r"passages-\d+-key")
PASSAGE_NAME = _("Small letters and underscores only, such as for_graduates.")


class VersionsOfTemplate(ReadOnlyTable):
    model = TemplateVersion
    fields = ("page_link", "state", "note", "published_at", "published_by", "created_at")
    ordering = ("-number",)
    hide_title = True

    @admin.display(description=_("version"))
    def page_link(self, version: TemplateVersion) -> str:
        return format_html('<a class="text-link" href="{}">v{}</a>', page_of(version), version.number)

    @admin.display(description=_("state"))
    def state(self, version: TemplateVersion) -> str:
        counting = in_force(version)
        return state_words(version, counts=counting is not None and counting.pk == version.pk)[1]


@admin.register(NotificationTemplate)
class NotificationTemplateAdmin(PlainAdmin):
    actions = None
    inlines = (VersionsOfTemplate,)
    list_display = ("title", "name", "name_en", "in_force", "scheduled", "drafts")
    search_fields = ("purpose", "name", "name_en")
    ordering = ("purpose",)
    fields = ("purpose", ("name", "name_en"))
    actions_detail = ("new_draft",)

    @column(_("purpose"), ordering="purpose")
    def title(self, template: NotificationTemplate) -> str:
        return template.get_purpose_display()

    @column(_("in force"), labels={True: GOOD, False: BAD})
    def in_force(self, template: NotificationTemplate) -> tuple[bool, str]:
        now = timezone.now()
        past = [one for one in template.versions.all() if one.published_at and one.published_at <= now]
        newest = max(past, key=lambda one: (one.published_at, one.number), default=None)
        return (True, f"v{newest.number}") if newest else (False, gettext("Nothing published"))

    @column(_("scheduled"))
    def scheduled(self, template: NotificationTemplate) -> str:
        return ", ".join(f"v{one.number}" for one in template.versions.all() if one.is_scheduled)

    @column(_("draft versions"))
    def drafts(self, template: NotificationTemplate) -> str:
        return ", ".join(f"v{one.number}" for one in template.versions.all() if one.is_draft)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NotificationTemplate]:
        return super().get_queryset(request).prefetch_related("versions")

    def get_urls(self) -> list[URLPattern]:
        """The preview stands before Django's pages of one record, which would take its name for a key."""
        own = path("preview/", self.admin_site.admin_view(self.preview), name="notifications_preview")
        return [own, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        return preview_page(request, self)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("purpose",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One template a purpose: where each has its own, there is nothing to add."""
        if not super().has_add_permission(request):
            return False
        return bool(set(Purpose.values).difference(self.model.objects.values_list("purpose", flat=True)))

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @confirmed_action(
        _("New draft"),
        question=_("The draft starts with the texts of the newest version."),
        icon="edit_note",
        permissions=["change"],
    )
    def new_draft(self, _request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        template = NotificationTemplate.objects.get(pk=object_id)
        draft = new_draft(template, source=template.versions.order_by("-number").first())
        return go_to(page_of(draft))


# --- The parts of a version ---------------------------------------------------------------------
def checked(text: str, *, known: frozenset[str]) -> str:
    """Raises ValidationError for a placeholder that does not exist."""
    if problems := list(placeholder_problems(text, known=known)):
        raise ValidationError(problems)
    return text


class BodyForm(BodyModelForm):
    def __init__(self, *args: Any, known: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    class Meta:
        model = TemplateBody
        fields = ("channel", "style", "language", "subject", "text", "provider_template")
        help_texts: ClassVar[dict[str, Any]] = {
            "text": _(
                "A line whose placeholders are all empty is left out. In emails a line that begins with # is a heading."
            )
        }

    def clean_subject(self) -> str:
        return checked(self.cleaned_data["subject"], known=self.known)

    def clean_text(self) -> str:
        return checked(self.cleaned_data["text"], known=self.known)


class BodyFormSet(BodyFormSetBase):
    """Its texts may name the paragraphs that are saved with them."""

    @cached_property
    def known(self) -> frozenset[str]:
        posted = [str(value) for name, value in self.data.items() if PASSAGE_KEY.fullmatch(name)]
        return known_placeholders().union(posted)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "known": self.known if self.is_bound else frozenset()}


class PassageForm(ConditionalPartForm):
    """Its texts are checked here; its name against the texts that use it, when the version is checked."""

    class Meta:
        model = Passage
        fields = ("key", "condition", "text", "text_en")
        labels: ClassVar[dict[str, Any]] = {"key": _("the paragraph's placeholder")}
        help_texts: ClassVar[dict[str, Any]] = {
            "key": _(
                "Small letters and underscores, such as for_interns. The paragraph appears where a text below says "
                "{{ for_interns }}."
            )
        }
        error_messages: ClassVar[dict[str, Any]] = {"key": {"invalid": PASSAGE_NAME}}

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not FIELD_NAME.fullmatch(key):
            raise ValidationError(PASSAGE_NAME)
        if key in known_placeholders():
            raise ValidationError(_("A field has this name already."))
        return key

    def clean_text(self) -> str:
        return checked(self.cleaned_data["text"], known=known_placeholders())

    def clean_text_en(self) -> str:
        return checked(self.cleaned_data["text_en"], known=known_placeholders())


class PassageInline(ConditionalPart, BlockInline):
    model = Passage
    form = PassageForm
    extra = 0
    collapsible = True
    fields = ("key", "for_whom", "condition", "text", "text_en")
    ordering = ("key", "id")


class BodyInline(PartOfVersion, BlockInline):
    """The texts of a version; those that are published can be read on a page of their own, too."""

    model = TemplateBody
    form = BodyForm
    formset = BodyFormSet
    extra = 0
    collapsible = True
    fields = (("channel", "style", "language"), "subject", "text", "provider_template")
    ordering = TemplateBody.READING_ORDER

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateBody]:
        return super().get_queryset(request).select_related("version__template")


# --- A version ----------------------------------------------------------------------------------
@admin.register(TemplateVersion)
class TemplateVersionAdmin(VersionAdmin):
    inlines = (PassageInline, BodyInline)
    list_display = ("__str__", "state", "note", "published_at", "published_by", "created_at")
    list_filter = (("template__purpose", CHOICE), ("published_at", admin.EmptyFieldListFilter))
    list_filter_submit = True
    list_select_related = ("template", "published_by")
    search_fields = ("template__purpose", "template__name", "template__name_en", "note")
    ordering = ("template__purpose", "-number")
    fields = (
        ("template", "number", "stands"),
        "note",
        ("published_at", "published_by"),
        ("based_on", "created_at"),
        "preview_link",
    )
    readonly_fields = (*VersionAdmin.readonly_fields, "template")
    actions_detail = ("published_text", *VersionAdmin.actions_detail)
    change_form_outer_after_template = "admin/notifications/placeholders.html"

    def previewed(self, version: TemplateVersion) -> dict[str, str]:
        return {"purpose": version.template.purpose, "version": f"template:{version.pk}"}

    def same_as(self, reference: Any) -> dict[str, Any]:
        return {"template": reference("template")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateVersion]:
        return super().get_queryset(request).select_related("template", "based_on__template")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        version: TemplateVersion | None = kwargs.get("obj")
        if version and self.has_change_permission(request, version):
            context["placeholder_groups"] = placeholder_groups(version)
        return super().render_change_form(request, context, *args, **kwargs)

    def check_context(self, version: TemplateVersion, notes: list[Note]) -> dict[str, Any]:
        return {"parts": list(parts_of(version))}

    @page_action(_("Read the texts"), icon="article", permissions=["view"])
    def published_text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The texts as plain reading matter."""
        version = self._version(request, object_id)
        bodies = version.bodies.order_by(*TemplateBody.READING_ORDER)
        return self._page(
            request,
            version,
            "published_text.html",
            title=str(version),
            bodies=bodies,
            passages=[(passage, in_words(passage.condition)) for passage in version.passages.all()],
        )
