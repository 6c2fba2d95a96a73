"""Who we are: the tree of branches, the people who work in it, and what each may see."""

from __future__ import annotations

import hashlib
import secrets
from zoneinfo import ZoneInfo, available_timezones

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet
from uuid_utils.compat import uuid7

from branches.categories import Category
from branches.history import audited
from branches.models.stamp import planning_stamped
from branches.scopes import Principal, Scope, within


class Role(models.TextChoices):
    HQ_HR = "hq_hr", _("HQ HR")
    BRANCH_HR = "branch_hr", _("Branch HR")
    REVIEWER = "reviewer", _("Reviewer")
    AUDITOR = "auditor", _("Auditor (read-only)")


# They open the admin, which shows the whole bank: so they are given at the head office, for all categories.
ADMIN_ROLES = (Role.HQ_HR, Role.AUDITOR)
CONTENT_ROLES = (Role.HQ_HR, Role.BRANCH_HR)


def validate_time_zone(name: str) -> None:
    """Raises ValidationError for what the tz database does not name."""
    if name not in available_timezones():
        raise ValidationError(_("There is no such time zone. An example is Asia/Shanghai."))


class Calendar(models.TextChoices):
    """By which official calendar a branch works."""

    CHINA = "china", _("Public holidays and working days of China")
    WEEKDAYS = "weekdays", _("Monday to Friday")


class BranchQuerySet(MP_NodeQuerySet):  # type: ignore[misc]
    def visible_to(self, principal: Principal) -> BranchQuerySet:
        return self.filter(within(principal, "path"))  # type: ignore[no-any-return]


class BranchManager(MP_NodeManager.from_queryset(BranchQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> BranchQuerySet:
        branches: BranchQuerySet = BranchQuerySet(self.model, using=self._db).order_by("path")
        return branches

    def places_of_work(self) -> list[Branch]:
        """Every branch candidates join: all below the head office, or the head office where it stands alone."""
        return list(self.filter(depth__gt=1)) or list(self.all())


# The number of children and the depth follow from the path.
@audited(exclude=["depth", "numchild"])
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
    calendar = models.CharField(
        _("calendar"), max_length=10, choices=Calendar.choices, default=Calendar.CHINA
    )

    objects = BranchManager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        triggers = [planning_stamped()]

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

    def nodes_above(self) -> list[Branch]:
        """From which this node inherits, the nearest first."""
        return list(Branch.objects.filter(path__in=self.path_and_above[1:]).order_by("-depth"))

    def is_within(self, other: Branch) -> bool:
        """Whether this node is the other one, or below it."""
        return str(self.path).startswith(other.path)


@audited(exclude=["last_login", "date_joined", "first_name", "last_name"], secret=["password", "email"])
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

    def scopes(self) -> list[Scope]:
        return [membership.scope for membership in self.live_memberships]

    def has_role(self, *roles: Role) -> bool:
        """Whether one of the roles is in force now, on whatever node."""
        return any(membership.role in roles for membership in self.live_memberships)

    @property
    def only_reads(self) -> bool:
        """Who checks does not act: an auditor changes nothing, whatever other role the person has."""
        return self.has_role(Role.AUDITOR)

    def may_edit_content(self, branch: Branch) -> bool:
        """Whether the local content of this branch is the person's to write: as HR of it or of a node above."""
        return not self.only_reads and any(
            membership.role in CONTENT_ROLES and branch.is_within(membership.branch)
            for membership in self.live_memberships
        )

    def may_unmask(self, *, path: str, category: str) -> bool:
        """Whether one membership both covers a candidate of this branch and category, and allows clear data."""
        return not self.only_reads and any(
            membership.may_unmask and membership.scope.covers(path=path, category=category)
            for membership in self.live_memberships
        )


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self) -> MembershipQuerySet:
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=timezone.now()))


@audited()
class Membership(models.Model):
    """A role on a node of the tree and on everything below it, and what narrows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="memberships", verbose_name=_("branch"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    categories = ArrayField(
        models.CharField(max_length=10, choices=Category.choices),
        verbose_name=_("candidates"),
        default=list,
        blank=True,
        help_text=_("Which candidates the person sees; none ticked: all."),
    )
    may_unmask = models.BooleanField(
        _("personal data in full"),
        default=True,
        help_text=_("Phone, email and ID number may be shown in full; each look is recorded."),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "branch", "role"], name="one_role_once_per_branch"),
            models.CheckConstraint(
                condition=~models.Q(role=Role.AUDITOR, may_unmask=True),
                name="auditor_sees_masked_data_only",
                violation_error_message=_("An auditor sees personal data masked only."),
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=ADMIN_ROLES) | models.Q(categories=[]),
                name="admin_roles_see_all_candidates",
                violation_error_message=_("This role sees all candidates: tick none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.branch}"

    @property
    def scope(self) -> Scope:
        return Scope(path=self.branch.path, categories=tuple(self.categories))

    @property
    def is_in_force(self) -> bool:
        return self.until is None or self.until > timezone.now()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def issue(self, *, name: str, branch: Branch, writes_content: bool = False) -> tuple[ApiKey, str]:
        """A new key and its plain text, which is shown once and kept nowhere."""
        plain = f"hrn_{secrets.token_urlsafe(32)}"
        key = self.create(
            name=name, branch=branch, writes_content=writes_content, key_hash=ApiKey.digest(plain)
        )
        return key, plain

    def authenticate(self, plain: str) -> ApiKey | None:
        keys = self.filter(key_hash=ApiKey.digest(plain), revoked_at__isnull=True)
        return keys.select_related("branch").first()


@audited(secret=["key_hash"])
class ApiKey(models.Model):
    """A machine's key to read offers of one node of the tree and below, of candidates of all categories."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    branch = models.ForeignKey(Branch, models.CASCADE, verbose_name=_("branch"))
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    writes_content = models.BooleanField(
        _("writes local content"),
        default=False,
        help_text=_("The machine may edit the local content of its branch and of those below."),
    )

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

    def scopes(self) -> list[Scope]:
        return [Scope(path=self.branch.path)]

    def may_edit_content(self, branch: Branch) -> bool:
        return self.writes_content and self.revoked_at is None and branch.is_within(self.branch)


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


class RefusedAttempt(models.Model):
    """Somebody tried what they may not do: who, what, on what, when, from where. Never changed.

    Either `user` or `key_name` says who; `what` is a short code such as `content.core_field`, and `target` a key
    or a branch's code: nothing here holds personal data.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="refused_attempts", verbose_name=_("user")
    )
    key_name = models.CharField(_("API key"), max_length=100, blank=True)
    what = models.CharField(_("what"), max_length=50)
    target = models.CharField(_("on what"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    from_address = models.GenericIPAddressField(_("from where"), null=True)

    class Meta:
        verbose_name = _("refused attempt")
        verbose_name_plural = _("refused attempts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, key_name="")
                | (models.Q(user__isnull=True) & ~models.Q(key_name="")),
                name="refused_to_one",
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user or self.key_name} · {self.what}"
