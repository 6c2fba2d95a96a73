"""The sample bank, from the TOML files beside this module into the database. Loading again changes nothing."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.access import open_admin_by_role
from branches.models import Branch, Membership, Role, User
from candidates.models import Channel, InterviewSource, Language
from candidates.sources import new_secret
from notifications.channels import TRANSPORTS
from notifications.channels.base import Transport
from notifications.channels.registered import TemplateTransport
from notifications.models import (
    ApprovedWording,
    CoreField,
    CorePaper,
    CoreValue,
    CoreVersion,
    LocalField,
    LocalPaper,
    LocalValue,
    NotificationTemplate,
    Passage,
    ProviderRegistration,
    TemplateBody,
    TemplateVersion,
)
from notifications.registered_text import text_to_register
from notifications.sample.planning import load_planning

HERE = Path(__file__).parent
Kind = ProviderRegistration.Kind
SOURCE_SLUG = "ai-interview"
# Sign-in name, node of the tree, role, and what the dashboard calls the person.
PEOPLE = [
    ("hq", "HQ", Role.HQ_HR, "总行人力资源部"),
    ("bj", "BJ", Role.BRANCH_HR, "北京分行人力资源部"),
    ("bj-cbd", "BJ-CBD", Role.BRANCH_HR, "北京国贸支行人事岗"),
    ("sh-ljz", "SH-LJZ", Role.BRANCH_HR, "上海陆家嘴支行人事岗"),
    ("gd-th", "GD-TH", Role.BRANCH_HR, "广州天河支行人事岗"),
    ("audit", "HQ", Role.AUDITOR, "总行审计部"),
]


@dataclass
class Loaded:
    """What was made new, in the clear: it is printed once. Empty where all of it was there already."""

    passwords: dict[str, str] = field(default_factory=dict)
    source_secret: str = ""


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


@transaction.atomic
def load_sample(*, password: str = "", source_secret: str = "") -> Loaded:
    """`password` for all sample users and `source_secret` (whsec_…), or random ones where empty."""
    loaded = Loaded()
    _fields()
    branches = {row["code"]: _branch(row) for row in read("branches.toml")["branch"]}
    load_planning(read("planning.toml"), branches)
    _wordings()
    _signature()
    for path in sorted((HERE / "templates").glob("*.toml")):
        _template(tomllib.loads(path.read_text(encoding="utf-8")))
    for username, code, role, name in PEOPLE:
        _person(username, branches[code], role, name, password, loaded)
    _source(source_secret, loaded)
    return loaded


def _wordings() -> None:
    for position, row in enumerate(read("wordings.toml")["wording"]):
        ApprovedWording.objects.get_or_create(title=row["title"], defaults={**row, "position": position})


def _fields() -> None:
    known = read("fields.toml")
    for row in known["core"]:
        CoreField.objects.get_or_create(key=row["key"], defaults=_labels(row))
    if not CoreVersion.objects.exists():
        _core_version(known)
    for row in known["local"]:
        limits = {name: row[name] for name in ("required", "max_length")}
        hints = {"hint": row["hint_zh"], "hint_en": row["hint_en"]}
        LocalField.objects.get_or_create(key=row["key"], defaults={**_labels(row), **limits, **hints})


def _core_version(known: dict[str, Any]) -> None:
    version = CoreVersion.objects.create(number=1)
    fields = CoreField.objects.in_bulk(field_name="key")
    CoreValue.objects.bulk_create(
        CoreValue(
            version=version,
            field=fields[row["key"]],
            value=_as_text(row["value"][Language.CHINESE]),
            value_en=_as_text(row["value"][Language.ENGLISH]),
        )
        for row in known["core"]
    )
    CorePaper.objects.bulk_create(CorePaper(version=version, **paper) for paper in _papers(known["paper"]))
    version.published_at = timezone.now()
    version.save()


def _papers(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The facts of papers, in the order they stand in."""
    for position, row in enumerate(rows):
        names = {"name": row["name_zh"], "name_en": row["name_en"]}
        why = {"purpose": row.get("purpose_zh", ""), "purpose_en": row.get("purpose_en", "")}
        optional = ("demand", "form", "condition", "kept_months")
        given: dict[str, Any] = {name: row[name] for name in optional if name in row}
        yield {"key": row["key"], "position": position, **names, **why, **given}


def _labels(row: dict[str, Any]) -> dict[str, str]:
    return {"label": row["label_zh"], "label_en": row["label_en"], "kind": row["kind"]}


def _as_text(value: str | list[str]) -> str:
    return "\n".join(value) if isinstance(value, list) else value


def _branch(row: dict[str, Any]) -> Branch:
    known = Branch.objects.filter(code=row["code"]).first()
    if known:
        return known  # type: ignore[no-any-return]
    facts = {"code": row["code"], "phone": row["phone"], "map_url": row["map_url"]}
    for name in ("name", "city", "address", "contact"):
        facts |= {name: row[f"{name}_zh"], f"{name}_en": row[f"{name}_en"]}
    parent = Branch.objects.filter(code=row["parent"]).first()
    branch: Branch = Branch.objects.add_child(parent, facts) if parent else Branch.objects.add_root(facts)
    _local_values(branch, row.get("local", {}))
    LocalPaper.objects.bulk_create(
        LocalPaper(branch=branch, **paper) for paper in _papers(row.get("paper", []))
    )
    return branch


def _local_values(branch: Branch, local: dict[str, dict[str, str | list[str]]]) -> None:
    chinese, english = local.get(Language.CHINESE, {}), local.get(Language.ENGLISH, {})
    fields = LocalField.objects.in_bulk(field_name="key")
    LocalValue.objects.bulk_create(
        LocalValue(
            branch=branch, field=fields[key], value=_as_text(value), value_en=_as_text(english.get(key, ""))
        )
        for key, value in chinese.items()
    )


def _template(row: dict[str, Any]) -> None:
    names = {"name": row["name_zh"], "name_en": row["name_en"]}
    template, created = NotificationTemplate.objects.get_or_create(purpose=row["purpose"], defaults=names)
    if not created:
        return
    version = TemplateVersion.objects.create(template=template, number=1)
    TemplateBody.objects.bulk_create(TemplateBody(version=version, **body) for body in row["body"])
    Passage.objects.bulk_create(Passage(version=version, **passage) for passage in row.get("passage", []))
    _registered(version.bodies.exclude(provider_template=""))
    version.published_at = timezone.now()
    version.save()


def _registered(bodies: Iterable[TemplateBody]) -> None:
    """As though every carrier had approved them; a real account's codes are entered as they are approved."""
    for body in bodies:
        for carrier in TRANSPORTS.values():
            if carrier.channel == body.channel and _registers(carrier):
                takes_templates = isinstance(carrier, TemplateTransport)
                content = text_to_register(body.text, language=body.language) if takes_templates else ""
                _approved(carrier, Kind.TEMPLATE, body.provider_template, content)


def _registers(carrier: Transport) -> bool:
    return isinstance(carrier, TemplateTransport) or carrier.channel == Channel.WECHAT


def _signature() -> None:
    """The bank's name, under which its text messages go out, at every carrier that asks for it."""
    for carrier in TRANSPORTS.values():
        if isinstance(carrier, TemplateTransport):
            name = CoreValue.objects.get(version__number=1, field__key="bank_name").value
            _approved(carrier, Kind.SIGNATURE, name, f"【{name}】")


def _approved(carrier: Transport, kind: str, code: str, content: str) -> None:
    ProviderRegistration.objects.get_or_create(
        provider=carrier.name,
        kind=kind,
        code=code,
        defaults={"state": ProviderRegistration.State.APPROVED, "content": content},
    )


def _person(username: str, branch: Branch, role: Role, name: str, password: str, loaded: Loaded) -> None:
    user, created = User.objects.get_or_create(username=username, defaults={"display_name": name})
    sees_in_full = role != Role.AUDITOR
    Membership.objects.get_or_create(
        user=user, branch=branch, role=role, defaults={"may_unmask": sees_in_full}
    )
    if created:
        loaded.passwords[username] = password or secrets.token_urlsafe(9)
        user.set_password(loaded.passwords[username])
        user.save()
        open_admin_by_role([user])


def _source(secret: str, loaded: Loaded) -> None:
    source, created = InterviewSource.objects.get_or_create(
        slug=SOURCE_SLUG, defaults={"name": "AI 面试平台"}
    )
    if created:
        source.secret = loaded.source_secret = secret or new_secret()
        source.save()
