"""Headquarters' preview: any message as any candidate would get it, from what is in force or from any draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from branches.admin_parts import NESTED
from branches.categories import Category
from branches.models import Branch, User
from candidates.models import Channel, Language, Offer, Style
from notifications.catalogue import Catalogue, NoTemplate
from notifications.compose import BULLET, HEADING, sms_parts
from notifications.differences import Piece, marked
from notifications.models import CoreVersion, Purpose, TemplateVersion, Version
from notifications.preview import preview, sample_offer
from notifications.wording import Wording

VERSIONS_OFFERED = 50
IN_FORCE = ""
OWN = ("", _("as the candidate prefers"))
FIRST = {
    "purpose": Purpose.PASS_NOTICE,
    "channel": Channel.SMS,
    "style": "",
    "language": "",
    "category": Category.CAMPUS,
    "version": IN_FORCE,
    "interview": "",
}


class PreviewForm(forms.Form):
    """What is to be seen. All of it may stand in an address: no person is named but by the interview's number."""

    purpose = forms.ChoiceField(
        label=capfirst(_("purpose")), choices=Purpose.choices, widget=UnfoldAdminSelectWidget()
    )
    version = forms.ChoiceField(
        label=capfirst(_("version")), required=False, widget=UnfoldAdminSelectWidget()
    )
    channel = forms.ChoiceField(
        label=capfirst(_("channel")), choices=Channel.choices, widget=UnfoldAdminSelectWidget()
    )
    style = forms.ChoiceField(
        label=capfirst(_("style")),
        required=False,
        choices=[OWN, *Style.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    language = forms.ChoiceField(
        label=capfirst(_("language")),
        required=False,
        choices=[OWN, *Language.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    branch = forms.ChoiceField(label=capfirst(_("branch")), widget=UnfoldAdminSelectWidget())
    category = forms.ChoiceField(
        label=capfirst(_("category")), choices=Category.choices, widget=UnfoldAdminSelectWidget()
    )
    interview = forms.CharField(
        label=capfirst(_("interview number")),
        required=False,
        max_length=100,
        help_text=_("Of a real candidate, whose branch and category then count; empty: a made-up one."),
        widget=UnfoldAdminTextInputWidget(),
    )

    def __init__(
        self, *args: Any, user: User, versions: dict[str, Version], branches: list[Branch], **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.user, self.versions = user, versions
        self.branches = {branch.code: branch for branch in branches}
        self._choose_from("version", [(IN_FORCE, gettext("What is in force")), *_version_choices(versions)])
        nested = [(branch.code, f"{NESTED * (branch.depth - 1)}{branch}") for branch in branches]
        self._choose_from("branch", nested)

    def _choose_from(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean_interview(self) -> Offer | None:
        number = self.cleaned_data["interview"].strip()
        if not number:
            return None
        offers = Offer.objects.visible_to(self.user).select_related("candidate", "branch")
        offer = offers.filter(interview_id=number).order_by("-id").first()
        if offer is None:
            raise ValidationError(_("There is no candidate with this interview number."))
        return offer

    @property
    def chosen_version(self) -> Version | None:
        """None: what is in force."""
        return self.versions.get(self.cleaned_data["version"])

    def person(self) -> Offer:
        """The real candidate, or a made-up one at the branch."""
        asked = self.cleaned_data
        real: Offer | None = asked["interview"]
        return real or sample_offer(
            self.branches[asked["branch"]],
            category=asked["category"],
            style=asked["style"] or Style.CONCISE,
            language=asked["language"] or Language.CHINESE,
        )


def _version_choices(versions: dict[str, Version]) -> list[tuple[str, str]]:
    return [(name, f"{version} · {_state(version)}") for name, version in versions.items()]


def _state(version: Version) -> str:
    if version.is_draft:
        return gettext("Draft")
    return gettext("Scheduled") if version.is_scheduled else gettext("Published")


@dataclass(frozen=True)
class Shown:
    """A message on the phone. `before`: what is in force, where a draft is shown and something is in force."""

    wording: Wording
    channel: str
    before: Wording | None

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Of a mail: what each line is ("heading", "entry" or "text") and says."""
        return [_mail_line(line) for line in self.wording.text.splitlines()]

    @property
    def parts(self) -> int:
        return sms_parts(self.wording.text)

    @property
    def length(self) -> int:
        return len(self.wording.text)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Of a WeChat card: each field's name and value."""
        pairs = (line.partition(":") for line in self.wording.text.splitlines())
        return [(key.strip(), value.strip()) for key, _, value in pairs]

    @property
    def subject_pieces(self) -> list[Piece]:
        return marked(self.before.subject, self.wording.subject) if self.before else []

    @property
    def pieces(self) -> list[Piece]:
        return marked(self.before.text, self.wording.text) if self.before else []

    @property
    def is_changed(self) -> bool:
        before, now = self.before, self.wording
        return before is not None and (before.subject, before.text) != (now.subject, now.text)


def _mail_line(line: str) -> tuple[str, str]:
    for mark, kind in ((HEADING, "heading"), (BULLET, "entry")):
        if line.startswith(mark):
            return kind, line.removeprefix(mark)
    return "text", line


def preview_page(request: HttpRequest, model_admin: ModelAdmin[Any]) -> HttpResponse:
    if not model_admin.has_view_permission(request) or not isinstance(request.user, User):
        raise PermissionDenied
    branches = list(Branch.objects.all())
    asked = _asked(request.GET, branches)
    versions = _versions(asked["purpose"])
    if asked["version"] not in versions:
        asked["version"] = IN_FORCE  # a draft of another purpose says nothing about this one
    form = PreviewForm(asked, user=request.user, versions=versions, branches=branches)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Preview"),
        "form": form,
        "shown": _shown(form) if form.is_valid() else None,
        "version": form.chosen_version if form.is_valid() else None,
    }
    return TemplateResponse(request, "admin/notifications/preview.html", context)


def _asked(query: QueryDict, branches: list[Branch]) -> dict[str, str]:
    """What the address asks for; for the rest, a short message to a graduate at a branch of the lowest level."""
    lowest = next((branch.code for branch in branches if branch.is_leaf()), "")
    return {**FIRST, "branch": lowest, **{name: str(query[name]) for name in query}}


def _versions(purpose: str) -> dict[str, Version]:
    """What can be shown besides what is in force: the newest versions of the purpose's texts and of the core.

    Named `template:<id>` and `core:<id>`.
    """
    texts = TemplateVersion.objects.filter(template__purpose=purpose).select_related("template")
    core = CoreVersion.objects.all()
    both: list[tuple[str, QuerySet[Any]]] = [("template", texts), ("core", core)]
    return {
        f"{name}:{version.pk}": version
        for name, versions in both
        for version in versions.order_by("-number")[:VERSIONS_OFFERED]
    }


def _shown(form: PreviewForm) -> Shown | None:
    """None where there is no text for it."""
    offer, version = form.person(), form.chosen_version
    current = Catalogue.current(branches=[offer.branch])
    wording = _wording(form, offer, _with(current, version))
    before = _wording(form, offer, current) if version else None
    return Shown(wording, form.cleaned_data["channel"], before) if wording else None


def _with(catalogue: Catalogue, version: Version | None) -> Catalogue:
    if isinstance(version, TemplateVersion):
        return catalogue.with_template(version)
    return catalogue.with_core(version) if isinstance(version, CoreVersion) else catalogue


def _wording(form: PreviewForm, offer: Offer, catalogue: Catalogue) -> Wording | None:
    asked = form.cleaned_data
    names = ("purpose", "channel", "style", "language")
    try:
        return preview(offer, catalogue=catalogue, **{name: asked[name] for name in names})
    except NoTemplate:
        return None
