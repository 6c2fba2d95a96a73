"""Who we are: the tree of branches, the people who work in it, and what each may see."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet
from uuid_utils.compat import uuid7

from branches.scopes import within

if TYPE_CHECKING:
    from branches.scopes import Principal


class Role(models.TextChoices):
    HQ_HR = "hq_hr", _("HQ HR")
    BRANCH_HR = "branch_hr", _("Branch HR")


def validate_time_zone(name: str) -> None:
    """Raises ValidationError for what the tz database does not name."""
    if name not in available_timezones():
        raise ValidationError(_("There is no such time zone. An example is Asia/Shanghai."))


class BranchQuerySet(MP_NodeQuerySet):  # type: ignore[misc]
    def visible_to(self, principal: Principal) -> BranchQuerySet:
        return self.filter(within(principal, "path"))  # type: ignore[no-any-return]


class BranchManager(MP_NodeManager.from_queryset(BranchQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> BranchQuerySet:
        branches: BranchQuerySet = BranchQuerySet(self.model, using=self._db).order_by("path")
        return branches


class Branch(MP_Node):  # type: ignore[misc]
    """A node of the bank: 总行 → 分行 → 支行. What a node does not state, the nearest one above it does."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]+$", _("Capital letters, digits and hyphens only."))],
    )
    name = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    city = models.CharField(_("city (Chinese)"), max_length=50)
    city_en = models.CharField(_("city (English)"), max_length=50)
    address = models.CharField(_("address (Chinese)"), max_length=200)
    address_en = models.CharField(_("address (English)"), max_length=200)
    phone = models.CharField(_("official landline"), max_length=30)
    contact = models.CharField(_("contact (Chinese)"), max_length=100)
    contact_en = models.CharField(_("contact (English)"), max_length=100)
    map_url = models.URLField(_("map link"), blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Asia/Shanghai", validators=[validate_time_zone]
    )

    objects = BranchManager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")

    def __str__(self) -> str:
        return f"{self.code} {self.label(get_language() or '')}"

    def label(self, language: str) -> str:
        return self.text("name", language)

    def text(self, field: str, language: str) -> str:
        """A bilingual fact (`name`, `city`, `address`, `contact`) in the language asked for."""
        return str(getattr(self, f"{field}_en" if language == "en" else field))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def path_and_above(self) -> list[str]:
        """The tree paths of this node and of all above it, nearest first."""
        step = self.steplen
        return [self.path[:end] for end in range(len(self.path), 0, -step)]


class User(AbstractUser):
    """An HR officer. What the person may do follows from memberships, not from flags."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    display_name = models.CharField(_("display name"), max_length=100, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.username

    @cached_property
    def live_memberships(self) -> list[Membership]:
        """Memberships in force now, read once per request: a revocation counts from the next one."""
        if not self.is_active:
            return []
        return list(self.memberships.in_force().select_related("branch"))

    def scope_paths(self) -> list[str]:
        return [membership.branch.path for membership in self.live_memberships]

    def has_role(self, role: Role) -> bool:
        return any(membership.role == role for membership in self.live_memberships)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self) -> MembershipQuerySet:
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=timezone.now()))


class Membership(models.Model):
    """A role on a node of the tree and on everything below it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="memberships", verbose_name=_("branch"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "branch", "role"], name="one_role_once_per_branch")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.branch}"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def issue(self, *, name: str, branch: Branch) -> tuple[ApiKey, str]:
        """A new key and its plain text, which is shown once and kept nowhere."""
        plain = f"hrn_{secrets.token_urlsafe(32)}"
        return self.create(name=name, branch=branch, key_hash=ApiKey.digest(plain)), plain

    def authenticate(self, plain: str) -> ApiKey | None:
        keys = self.filter(key_hash=ApiKey.digest(plain), revoked_at__isnull=True)
        return keys.select_related("branch").first()


class ApiKey(models.Model):
    """A machine's key to read offers of one node of the tree and below."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    branch = models.ForeignKey(Branch, models.CASCADE, verbose_name=_("branch"))
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest(plain: str) -> str:
        # 256 random bits need no slow hash.
        return hashlib.sha256(plain.encode()).hexdigest()

    def scope_paths(self) -> list[str]:
        return [self.branch.path]


class AccessRecord(models.Model):
    """Who asked to see personal data in the clear, of whom, when, and from where. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="access_records", verbose_name=_("user"))
    what = models.CharField(_("what"), max_length=50)
    subject_id = models.UUIDField(_("record"))
    at = models.DateTimeField(_("when"), auto_now_add=True)
    from_address = models.GenericIPAddressField(_("from where"), null=True)

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("accesses to personal data")
        indexes = [models.Index(fields=["subject_id", "at"], name="access_by_subject")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user} · {self.what}"
