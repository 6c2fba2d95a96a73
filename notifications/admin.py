"""Headquarters' pages for texts and the facts in them, and its view of what was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from branches.admin_parts import (
    BAD,
    CHOICE,
    GOOD,
    WAITS,
    WARNS,
    BlockInline,
    BranchAndBelow,
    PlainAdmin,
    ReadOnlyAdmin,
    ReadOnlyTable,
    column,
    confirmed_action,
    go_to,
    page_action,
)
from branches.models import User
from candidates.admin import FoundByPerson
from notifications.facts import FILLED_BY_SYSTEM
from notifications.models import (
    Attempt,
    CoreField,
    LocalField,
    LocalValue,
    Message,
    NotificationTemplate,
    Receipt,
    TemplateBody,
    TemplateVersion,
)
from notifications.publishing import NotPublishable, new_draft, publish
from notifications.review import known_placeholders, text_problems
from notifications.states import State
from notifications.way_in import blotted

if TYPE_CHECKING:
    CoreFieldForm = forms.ModelForm[CoreField]
    LocalValueForm = forms.ModelForm[LocalValue]
    BodyModelForm = forms.ModelForm[TemplateBody]
else:
    CoreFieldForm = LocalValueForm = BodyModelForm = forms.ModelForm

STATE_LABELS = {
    State.PLANNED: WAITS,
    State.SENDING: WAITS,
    State.UNCERTAIN: WARNS,
    State.ACCEPTED: WAITS,
    State.SKIPPED: "",
    State.DELIVERED: GOOD,
    State.EXPIRED: BAD,
    State.REJECTED: BAD,
    State.UNDELIVERED: BAD,
    State.BOUNCED: BAD,
}


# --- Facts that texts use -----------------------------------------------------------------------
class FieldForm(CoreFieldForm):
    """Core and local fields share their names: a local one called like a core one would cover it."""

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        other = LocalField if issubclass(self._meta.model, CoreField) else CoreField
        if not re.fullmatch("[a-z_]+", key):
            raise ValidationError(_("Small letters and underscores only, such as metro_exit."))
        if key in FILLED_BY_SYSTEM:
            raise ValidationError(_("The system fills this name from each offer."))
        if other.objects.filter(key=key).exists():
            raise ValidationError(_("The other kind of field has this name already."))
        return key


class FieldAdmin(PlainAdmin):
    form = FieldForm
    actions = None
    search_fields = ("key", "label", "label_en")
    ordering = ("key",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()  # texts refer to it by this name

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A text with a name that nobody fills would go out with a hole."""
        if obj and TemplateBody.objects.filter(text__regex=r"\{\{\s*" + obj.key + r"\s*\}\}").exists():
            return False
        return super().has_delete_permission(request, obj)


@admin.register(CoreField)
class CoreFieldAdmin(FieldAdmin):
    list_display = ("key", "label", "label_en", "kind")
    fields = (("key", "kind"), ("label", "label_en"), ("hint", "hint_en"))


@admin.register(LocalField)
class LocalFieldAdmin(FieldAdmin):
    list_display = ("key", "label", "label_en", "kind", "required", "max_length")
    list_filter = (("kind", CHOICE), "required")
    list_filter_submit = True
    fields = (("key", "kind"), ("label", "label_en"), ("required", "max_length"), ("hint", "hint_en"))


class ValueForm(LocalValueForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        field: LocalField | None = cleaned.get("field")
        for name in ("value", "value_en"):
            text = cleaned.get(name) or ""
            if field and len(text) > field.max_length:
                words = _("At most %(limit)s characters; these are %(length)s.")
                numbers = {"limit": field.max_length, "length": len(text)}
                self.add_error(name, ValidationError(words, params=numbers))
        return cleaned


@admin.register(LocalValue)
class LocalValueAdmin(PlainAdmin):
    form = ValueForm
    actions = None
    list_display = ("branch", "field", "value", "value_en")
    list_filter = (("branch", BranchAndBelow), "field")
    list_filter_submit = True
    list_select_related = ("branch", "field")
    search_fields = ("branch__code", "branch__name", "field__key", "field__label", "value")
    autocomplete_fields = ("branch", "field")
    ordering = ("branch__path", "field__key")


# --- Texts --------------------------------------------------------------------------------------
class VersionsOfTemplate(ReadOnlyTable):
    model = TemplateVersion
    fields = ("number", "published_at", "published_by", "created_at")
    ordering = ("-number",)
    show_change_link = True


@admin.register(NotificationTemplate)
class NotificationTemplateAdmin(PlainAdmin):
    actions = None
    inlines = (VersionsOfTemplate,)
    list_display = ("title", "name", "name_en", "in_force", "drafts")
    search_fields = ("purpose", "name", "name_en")
    ordering = ("purpose",)
    fields = ("purpose", ("name", "name_en"))
    actions_detail = ("new_draft",)

    @column(_("purpose"), ordering="purpose")
    def title(self, template: NotificationTemplate) -> str:
        return template.get_purpose_display()

    @column(_("in force"), labels={True: GOOD, False: BAD})
    def in_force(self, template: NotificationTemplate) -> tuple[bool, str]:
        newest = max(
            (version.number for version in template.versions.all() if version.published_at), default=0
        )
        return (True, f"v{newest}") if newest else (False, gettext("Nothing published"))

    @column(_("drafts"))
    def drafts(self, template: NotificationTemplate) -> int:
        return sum(version.published_at is None for version in template.versions.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[NotificationTemplate]:
        return super().get_queryset(request).prefetch_related("versions")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("purpose",) if obj else ()

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
        return go_to(_page_of(draft))


def _page_of(version: TemplateVersion) -> str:
    return reverse("admin:notifications_templateversion_change", args=[version.pk])


class BodyForm(BodyModelForm):
    class Meta:
        model = TemplateBody
        fields = ("channel", "style", "language", "subject", "text", "provider_template")

    def _checked(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if problems := list(text_problems(text, known=known_placeholders())):
            raise ValidationError(problems)
        return text

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_text(self) -> str:
        return self._checked("text")


class BodyInline(BlockInline):
    """The texts of a draft; of a published version they are shown on a page of their own."""

    model = TemplateBody
    form = BodyForm
    extra = 0
    collapsible = True
    fields = (("channel", "style", "language"), "subject", "text", "provider_template")
    ordering = ("channel", "language", "style")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateBody]:
        return super().get_queryset(request).select_related("version__template")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


def _is_draft(version: TemplateVersion | None) -> bool:
    return version is None or version.published_at is None


@admin.register(TemplateVersion)
class TemplateVersionAdmin(PlainAdmin):
    actions = None
    inlines = (BodyInline,)
    list_display = ("__str__", "state", "published_at", "published_by", "created_at")
    list_filter = (("template__purpose", CHOICE), ("published_at", admin.EmptyFieldListFilter))
    list_filter_submit = True
    list_select_related = ("template", "published_by")
    search_fields = ("template__purpose", "template__name", "template__name_en")
    ordering = ("template__purpose", "-number")
    fields = (("template", "number"), ("published_at", "published_by"), "placeholders")
    readonly_fields = ("template", "number", "published_at", "published_by", "placeholders")
    actions_detail = ("published_text", "new_draft", "publish")

    @column(_("state"), labels={True: GOOD, False: WAITS})
    def state(self, version: TemplateVersion) -> tuple[bool, str]:
        return (True, gettext("Published")) if version.published_at else (False, gettext("Draft"))

    @column(_("placeholders"))
    def placeholders(self, _version: TemplateVersion) -> str:
        own = sorted(known_placeholders() - FILLED_BY_SYSTEM)
        return "  ".join(f"{{{{ {name} }}}}" for name in [*sorted(FILLED_BY_SYSTEM), *own])

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # a version starts as a draft of its template

    def has_change_permission(self, request: HttpRequest, obj: TemplateVersion | None = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: TemplateVersion | None = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        drafts = TemplateVersion.objects.filter(pk=object_id, published_at__isnull=True)
        return drafts.exists() and super().has_change_permission(request)

    def has_copy_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return super().has_change_permission(request)

    @confirmed_action(
        _("New draft from this version"),
        question=_("The draft starts with the texts of this version; what is in force stays in force."),
        icon="edit_note",
        permissions=["copy"],
    )
    def new_draft(self, _request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        version = TemplateVersion.objects.select_related("template").get(pk=object_id)
        return go_to(_page_of(new_draft(version.template, source=version)))

    @confirmed_action(
        _("Publish"),
        question=_("From now on this is what candidates get. A published version can never be changed."),
        icon="publish",
        permissions=["publish"],
    )
    def publish(self, request: HttpRequest, _form: Any, object_id: str) -> HttpResponse:
        version = TemplateVersion.objects.get(pk=object_id)
        try:
            publish(version, by=_user(request))
        except NotPublishable as refused:
            for problem in refused.problems:
                messages.error(request, problem)
        else:
            messages.success(request, gettext("The version is published."))
        return go_to(_page_of(version))

    @page_action(_("Read the texts"), icon="article", permissions=["view"])
    def published_text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The texts as plain reading matter."""
        version = TemplateVersion.objects.select_related("template").filter(pk=object_id).first()
        if version is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": str(version),
            "opts": self.opts,
            "version": version,
            "bodies": version.bodies.order_by("channel", "language", "style"),
        }
        return TemplateResponse(request, "admin/notifications/published_text.html", context)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


# --- What was sent ------------------------------------------------------------------------------
class AttemptsOfMessage(ReadOnlyTable):
    model = Attempt
    fields = ("at", "provider", "outcome", "code", "detail", "milliseconds")
    ordering = ("at",)


class ReceiptsOfMessage(ReadOnlyTable):
    """Without the raw text: carriers repeat the phone number in it."""

    model = Receipt
    fields = ("received_at", "provider", "word", "outcome", "code", "reference")
    ordering = ("received_at",)


@admin.register(Message)
class MessageAdmin(FoundByPerson):
    inlines = (AttemptsOfMessage, ReceiptsOfMessage)
    list_display = ("created_at", "offer", "purpose", "channel", "became", "provider", "tries", "error")
    list_select_related = ("offer",)
    list_filter = (
        ("state", CHOICE),
        ("channel", CHOICE),
        ("purpose", CHOICE),
        ("offer__branch", BranchAndBelow),
    )
    list_filter_submit = True
    ordering = ("-id",)
    fields = (
        ("offer", "purpose", "occurrence"),
        ("channel", "state", "priority"),
        ("due_at", "tries", "version"),
        ("sent_subject", "language"),
        "sent_text",
        ("provider", "reference", "provider_template"),
        ("error_code", "error"),
        ("created_at", "first_sent_at"),
        ("accepted_at", "delivered_at"),
    )

    @column(_("state"), ordering="state", labels=STATE_LABELS)
    def became(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    @column(_("subject"))
    def sent_subject(self, message: Message) -> str:
        return blotted(message.subject)

    @column(_("text"))
    def sent_text(self, message: Message) -> str:
        return blotted(message.text)


@admin.register(Attempt)
class AttemptAdmin(FoundByPerson):
    offer_path = "message__offer"
    list_display = ("at", "message", "provider", "came_to", "code", "detail", "milliseconds")
    list_select_related = ("message",)
    list_filter = (("outcome", CHOICE), "provider")
    list_filter_submit = True
    ordering = ("-id",)

    @column(_("outcome"), ordering="outcome", labels=STATE_LABELS)
    def came_to(self, attempt: Attempt) -> tuple[str, str]:
        return attempt.outcome, attempt.get_outcome_display()


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "provider", "word", "came_to", "code", "message", "reference")
    list_select_related = ("message",)
    list_filter = (("outcome", CHOICE), ("message", admin.EmptyFieldListFilter))
    list_filter_submit = True
    search_fields = ("=reference", "=key")
    search_help_text = _("The carrier's number or key")
    ordering = ("-id",)
    fields = ("received_at", "provider", "key", "reference", "message", "word", "outcome", "code")

    @column(_("outcome"), ordering="outcome", labels=STATE_LABELS)
    def came_to(self, receipt: Receipt) -> tuple[str, str]:
        return receipt.outcome, receipt.get_outcome_display()
