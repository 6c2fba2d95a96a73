"""Rows for tests. Nobody and nothing in here exists: names and numbers are made up.

offer = OfferFactory(branch=BranchFactory(parent=bank), candidate__language="en")
token = page_key(offer)   # the plain text of a live key to the candidate's page
"""

# factory-boy has types for what it makes, and none for its declarations.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, SubFactory
from factory.declarations import Sequence as Numbered
from factory.django import DjangoModelFactory

from branches.categories import Category
from branches.models import Branch, Membership, Role, User
from candidates.encryption import blind_index
from candidates.models import (
    Candidate,
    Channel,
    InterviewSource,
    Language,
    Offer,
    PageToken,
    Style,
    token_digest,
)
from notifications.models import (
    CoreField,
    CorePaper,
    CoreValue,
    CoreVersion,
    FieldKind,
    LocalField,
    LocalPaper,
    LocalValue,
    Message,
    NotificationTemplate,
    ProviderRegistration,
    Purpose,
    TemplateBody,
    TemplateVersion,
)
from notifications.plan import ways_for
from notifications.schedules import look_again
from tests.platform import SECRET
from tracking.models import Event, Kind
from tracking.record import record

PASSWORD = "correct horse battery staple"


@cache
def _password_hash() -> str:
    """Hashing is slow by design; all users of the tests share one hash."""
    return make_password(PASSWORD)


# --- The bank -----------------------------------------------------------------------------------
class BranchFactory(DjangoModelFactory[Branch]):
    """A node below `parent`, or a root of its own."""

    class Meta:
        model = Branch

    code = Numbered(lambda number: f"B{number}")
    name = LazyAttribute(lambda branch: f"{branch.code}支行")
    name_en = LazyAttribute(lambda branch: f"{branch.code} Sub-branch")
    city = "北京"
    city_en = "Beijing"
    address = "北京市朝阳区示例路18号3层"
    address_en = "Floor 3, 18 Example Road, Chaoyang, Beijing"
    phone = "010-5550 6110"
    contact = "综合管理部 人力资源岗"
    contact_en = "Human Resources, General Office"

    @classmethod
    def _create(cls, model_class: type[Branch], *_args: Any, **kwargs: Any) -> Branch:
        parent: Branch | None = kwargs.pop("parent", None)
        if parent is None:
            root: Branch = model_class.objects.add_root(kwargs)
            return root
        # treebeard counts children on the instance: a stale one would hand out a path twice.
        parent.refresh_from_db()
        child: Branch = model_class.objects.add_child(parent, kwargs)
        return child


class UserFactory(DjangoModelFactory[User]):
    """An HR officer with `role` on `branch`; signs in with PASSWORD. Without a branch: no membership."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Numbered(lambda number: f"hr{number}")
    password = LazyFunction(_password_hash)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        branch, role = kwargs.pop("branch", None), kwargs.pop("role", Role.BRANCH_HR)
        user: User = super()._create(model_class, *args, **kwargs)
        if branch:
            Membership.objects.create(user=user, branch=branch, role=role)
        return user


# --- Candidates ---------------------------------------------------------------------------------
class SourceFactory(DjangoModelFactory[InterviewSource]):
    class Meta:
        model = InterviewSource
        django_get_or_create = ("slug",)

    slug = "ai-interview"
    name = "AI interview"
    secret = SECRET


class CandidateFactory(DjangoModelFactory[Candidate]):
    class Meta:
        model = Candidate

    name = "王小明"
    # By their last digits the sandbox knows numbers that fail; none ends in a nine.
    phone = Numbered(lambda number: f"+86139{number % 10**7:07d}9")
    email = Numbered(lambda number: f"person{number}@example.com")
    category = Category.CAMPUS
    preferred_channels = LazyFunction(lambda: [Channel.SMS, Channel.EMAIL])
    style = Style.CONCISE
    language = Language.CHINESE


class OfferFactory(DjangoModelFactory[Offer]):
    """An offer as a signal leaves it: passed a minute ago, three days to answer, a fortnight to go."""

    class Meta:
        model = Offer

    source = SubFactory(SourceFactory)
    interview_id = Numbered(lambda number: f"AI-{number:06d}")
    candidate = SubFactory(CandidateFactory)
    branch = SubFactory(BranchFactory)
    position_code = "TELLER"
    position_title = "综合柜员"
    onboarding_at = LazyFunction(lambda: timezone.now() + timedelta(days=14))
    answer_by = LazyFunction(lambda: timezone.now() + timedelta(days=3))
    content_digest = ""

    @classmethod
    def _create(cls, model_class: type[Offer], *args: Any, **kwargs: Any) -> Offer:
        offer: Offer = super()._create(model_class, *args, **kwargs)
        passed_at = timezone.now() - timedelta(minutes=1)
        record([Event(offer=offer, kind=Kind.OFFERED, at=passed_at, actor="platform")])
        look_again(offer.pk)
        return offer


def page_key(offer: Offer, *, channel: str = Channel.SMS, code: str = "", days: int = 30) -> str:
    """The plain text of a new key to the candidate's page; expired already where `days` is negative."""
    token = PageToken.new_token()
    PageToken.objects.create(
        offer=offer,
        channel=channel,
        token_hash=token_digest(token),
        code_index=blind_index(code),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def reached_by(offer: Offer) -> list[str]:
    """The channels on which its candidate gets a notice now, the best first."""
    fresh = Offer.objects.select_related("candidate", "branch").get(pk=offer.pk)
    return [way.channel for way in ways_for(fresh, Purpose.PASS_NOTICE)]


# --- What we say --------------------------------------------------------------------------------
class CoreFieldFactory(DjangoModelFactory[CoreField]):
    class Meta:
        model = CoreField
        django_get_or_create = ("key",)

    key = "bank_name"
    label = SelfAttribute("key")
    label_en = SelfAttribute("key")


def core(*, papers: Sequence[dict[str, Any]] = (), **values: str | tuple[str, str]) -> CoreVersion:
    """A published core version that states these values (Chinese, or Chinese and English) and asks for these papers.

    core(dress="正装", bank_name=("海岳银行", "Haiyue Bank"), papers=[{"key": "id_card", "name": "身份证"}])
    """
    version = CoreVersion.objects.create(number=CoreVersion.objects.count() + 1)
    for key, value in values.items():
        chinese, english = value if isinstance(value, tuple) else (value, value)
        field = CoreFieldFactory.create(key=key)
        CoreValue.objects.create(version=version, field=field, value=chinese, value_en=english)
    for position, paper in enumerate(papers):
        named = {"name_en": paper["name"], **paper}
        CorePaper.objects.create(version=version, position=position, **named)
    version.published_at = timezone.now()
    version.save()
    return version


class LocalFieldFactory(DjangoModelFactory[LocalField]):
    class Meta:
        model = LocalField
        django_get_or_create = ("key",)

    key = "metro_exit"
    label = SelfAttribute("key")
    label_en = SelfAttribute("key")
    kind = FieldKind.TEXT


class LocalValueFactory(DjangoModelFactory[LocalValue]):
    class Meta:
        model = LocalValue

    branch = SubFactory(BranchFactory)
    field = SubFactory(LocalFieldFactory)
    value = "10号线示例站D口，步行约6分钟"
    value_en = "Line 10, Example, exit D, 6 minutes on foot"


class LocalPaperFactory(DjangoModelFactory[LocalPaper]):
    class Meta:
        model = LocalPaper

    branch = SubFactory(BranchFactory)
    key = "social_security_transfer"
    name = "社保转移证明"
    name_en = "social security certificate"


TEXTS = {
    Language.CHINESE: (
        "{{ bank_name }}录用通知",
        "恭喜{{ candidate_name }}，您已被录用。\n请确认：{{ answer_at }}",
    ),
    Language.ENGLISH: (
        "Offer from {{ bank_name }}",
        "Congratulations, {{ candidate_name }}.\nAnswer: {{ answer_at }}",
    ),
}


WECHAT_TEMPLATE = "HY-test-1"
WECHAT_TEXT = "thing1: {{ candidate_name }}\nthing2: {{ bank_name }}"


def published(purpose: str = Purpose.PASS_NOTICE) -> TemplateVersion:
    """A published version of the purpose's template, with a text for every channel in both languages."""
    ProviderRegistration.objects.get_or_create(
        provider="wechat",
        kind=ProviderRegistration.Kind.TEMPLATE,
        code=WECHAT_TEMPLATE,
        defaults={"state": ProviderRegistration.State.APPROVED},
    )
    template, _ = NotificationTemplate.objects.get_or_create(
        purpose=purpose, defaults={"name": purpose, "name_en": purpose}
    )
    number = template.versions.count() + 1
    version = TemplateVersion.objects.create(template=template, number=number)
    for channel in Channel.values:
        for language, (subject, text) in TEXTS.items():
            TemplateBody.objects.create(
                version=version,
                channel=channel,
                style=Style.CONCISE,
                language=language,
                subject=subject,
                **(
                    {"text": WECHAT_TEXT, "provider_template": WECHAT_TEMPLATE}
                    if channel == Channel.WECHAT
                    else {"text": text}
                ),
            )
    version.published_at = timezone.now()
    version.save()
    return version


def hr_contact_texts() -> TemplateVersion:
    """The published texts of a personal message: by SMS, mail and push with HR's own words, by WeChat without them."""
    version = published(Purpose.HR_CONTACT)
    draft = TemplateVersion.objects.create(template=version.template, number=version.number + 1)
    for body in version.bodies.all():
        if body.channel != Channel.WECHAT:
            body.text = "{{ personal_text }}\n{{ answer_at }}"
        body.pk, body.version, body._state.adding = uuid4(), draft, True
        body.save()
    draft.published_at = timezone.now()
    draft.save()
    return draft


class MessageFactory(DjangoModelFactory[Message]):
    """A planned message of an offer, due now."""

    class Meta:
        model = Message

    offer = SubFactory(OfferFactory)
    purpose = Purpose.PASS_NOTICE
    channel = Channel.SMS
    due_at = LazyFunction(timezone.now)
    share_of = SelfAttribute("offer.branch")
