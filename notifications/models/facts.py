"""The facts that texts are filled with: headquarters' core, and what each branch states for itself."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from branches.history import audited
from branches.models import Branch
from notifications.conditions import in_words, normal
from notifications.models.stamp import stamped
from notifications.models.versions import Version, fixed_with


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    LIST = "list", _("List, one entry a line")
    DATETIME = "datetime", _("Date and time")
    PHONE = "phone", _("Phone")
    ADDRESS = "address", _("Address")
    LINK = "link", _("Link")
    NUMBER = "number", _("Number")


class ConditionField(models.JSONField):
    """For whom something is meant; `{}`: for everybody. See notifications.conditions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": dict, "blank": True, "verbose_name": _("only for"), **kwargs})

    def clean(self, value: object, model_instance: models.Model | None) -> object:
        return normal(super().clean(value, model_instance))

    def said(self, value: Any) -> str:
        """For the audit."""
        return in_words(value)


class Field(models.Model):
    """A named fact that templates may use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("placeholder"), unique=True)
    label = models.CharField(_("label (Chinese)"), max_length=50)
    label_en = models.CharField(_("label (English)"), max_length=50)
    kind = models.CharField(_("type"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    hint = models.CharField(_("hint (Chinese)"), max_length=200, blank=True)
    hint_en = models.CharField(_("hint (English)"), max_length=200, blank=True)

    class Meta:
        abstract = True
        triggers = [stamped()]

    def __str__(self) -> str:
        return f"{self.named(get_language() or '')} ({self.key})"

    def named(self, language: str) -> str:
        return self.label_en if language == "en" else self.label

    def hinted(self, language: str) -> str:
        return self.hint_en if language == "en" else self.hint


@audited()
class CoreField(Field):
    """A fact headquarters states for the whole bank. Branches cannot point at it."""

    class Meta(Field.Meta):
        abstract = False
        verbose_name = _("core field")
        verbose_name_plural = _("core fields")


@audited()
class LocalField(Field):
    """A fact each branch states for itself and for the branches below it."""

    required = models.BooleanField(_("required"), default=False)
    max_length = models.PositiveIntegerField(_("maximum length"), default=200)

    class Meta(Field.Meta):
        abstract = False
        verbose_name = _("local field")
        verbose_name_plural = _("local fields")


@audited()
class CoreVersion(Version):
    """One state of all that headquarters states for the whole bank: the core fields' values and the papers."""

    class Meta(Version.Meta):
        abstract = False
        verbose_name = _("core version")
        verbose_name_plural = _("core versions")
        constraints = [models.UniqueConstraint(fields=["number"], name="one_core_number_once")]
        triggers = [*Version.Meta.triggers, stamped()]

    def __str__(self) -> str:
        return gettext("Core v%(number)s") % {"number": self.number}


@audited()
class CoreValue(models.Model):
    """What headquarters states in one core field, as of one version."""

    PART_OF = "version"  # in the audit

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(CoreVersion, models.CASCADE, related_name="values", verbose_name=_("version"))
    field = models.ForeignKey(CoreField, models.PROTECT, related_name="values", verbose_name=_("field"))
    value = models.TextField(_("value (Chinese)"))
    value_en = models.TextField(_("value (English)"))

    class Meta:
        verbose_name = _("core value")
        verbose_name_plural = _("core values")
        constraints = [
            models.UniqueConstraint(fields=["version", "field"], name="one_value_per_version_and_field")
        ]
        triggers = [fixed_with("notifications_coreversion")]

    def __str__(self) -> str:
        return self.field.named(get_language() or "")

    def in_language(self, language: str) -> str:
        return self.value_en if language == "en" else self.value


@audited()
class LocalValue(models.Model):
    """A branch's value of a local field, for everybody or for some. By its key it can point at nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="local_values", verbose_name=_("branch"))
    field = models.ForeignKey(LocalField, models.CASCADE, related_name="values", verbose_name=_("field"))
    condition = ConditionField()
    value = models.TextField(_("value (Chinese)"))
    value_en = models.TextField(_("value (English)"), blank=True)

    class Meta:
        verbose_name = _("local value")
        verbose_name_plural = _("local values")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "field", "condition"], name="one_value_per_branch_field_and_condition"
            )
        ]
        triggers = [stamped()]

    def __str__(self) -> str:
        return f"{self.branch.code} · {self.field.named(get_language() or '')}"

    def in_language(self, language: str) -> str:
        """In English the Chinese value where there is no other."""
        return (self.value_en or self.value) if language == "en" else self.value


class Form(models.TextChoices):
    """As what a paper is to be brought; "" where the word means nothing, as with photos."""

    ORIGINAL = "original", _("original")
    COPY = "copy", _("copy")
    BOTH = "original_and_copy", _("original and copy")


class Demand(models.TextChoices):
    REQUIRED = "required", _("to be brought")
    NOT_NEEDED = "not_needed", _("not needed, and the candidate is told so")
    FORBIDDEN = "forbidden", _("must never be asked for")


class Paper(models.Model):
    """A paper a candidate is asked for: as what, why, how fresh, and how long it is kept.

    Rows with the same key are one paper under several conditions.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(_("name in the system"))
    name = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    demand = models.CharField(_("demand"), max_length=12, choices=Demand.choices, default=Demand.REQUIRED)
    form = models.CharField(_("as"), max_length=20, choices=Form.choices, blank=True)
    valid_months = models.PositiveSmallIntegerField(_("not older than (months)"), null=True, blank=True)
    purpose = models.CharField(_("why we need it (Chinese)"), max_length=200, blank=True)
    purpose_en = models.CharField(_("why we need it (English)"), max_length=200, blank=True)
    kept_months = models.PositiveSmallIntegerField(
        _("kept for (months)"),
        default=0,
        help_text=_(
            "After the first day, or after it is clear that the person does not join; 0: handed back at once."
        ),
    )
    condition = ConditionField()
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta:
        abstract = True
        ordering = ("position", "id")

    def __str__(self) -> str:
        form = str(self.get_form_display())
        if get_language() == "en":
            return f"{self.name_en} ({form})" if form else self.name_en
        return f"{self.name}{form}"

    def named(self, language: str) -> str:
        return self.name_en if language == "en" else self.name

    def why(self, language: str) -> str:
        return self.purpose_en if language == "en" else self.purpose


@audited()
class CorePaper(Paper):
    """A paper that headquarters asks for, or forbids to ask for, as of one core version."""

    PART_OF = "version"

    version = models.ForeignKey(CoreVersion, models.CASCADE, related_name="papers", verbose_name=_("version"))

    class Meta(Paper.Meta):
        abstract = False
        verbose_name = _("core paper")
        verbose_name_plural = _("core papers")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key", "condition"], name="one_paper_per_version_and_condition"
            )
        ]
        triggers = [fixed_with("notifications_coreversion")]


@audited()
class LocalPaper(Paper):
    """A paper that a city requires besides the core ones, stated by a branch for itself and those below it."""

    PART_OF = "branch"

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="local_papers", verbose_name=_("branch"))

    class Meta(Paper.Meta):
        abstract = False
        verbose_name = _("local paper")
        verbose_name_plural = _("local papers")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "key", "condition"], name="one_paper_per_branch_and_condition"
            ),
            models.CheckConstraint(
                condition=models.Q(demand__in=[Demand.REQUIRED, Demand.NOT_NEEDED]),
                name="only_headquarters_forbids_papers",
            ),
        ]
        triggers = [stamped()]
