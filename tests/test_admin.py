"""Headquarters' admin: who may come in, what it shows, and what nobody may change."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.admin_parts import ReadOnlyAdmin
from branches.models import AccessRecord, ApiKey, Branch, CalendarDay, Membership, Role, User
from candidates.models import Deferral, DeferralPolicy, Extension, InterviewSource, Offer, Signal
from hrnotify.admin_front import channel_health, funnel
from hrnotify.admin_navigation import GROUPS
from notifications.models import (
    ApprovedWording,
    Attempt,
    BranchChannels,
    ChannelStrategy,
    CoreField,
    CoreVersion,
    LocalField,
    LocalValue,
    Message,
    Purpose,
    Receipt,
    ReminderRule,
    SendWindow,
    TemplateBody,
    TemplateVersion,
)
from notifications.publishing import NotPublishable, new_draft, publish
from notifications.states import State
from tests.factories import (
    PASSWORD,
    CoreFieldFactory,
    LocalFieldFactory,
    LocalPaperFactory,
    MessageFactory,
    OfferFactory,
    SourceFactory,
    UserFactory,
    published,
)
from tracking.models import Call, Event, Kind, Progress
from tracking.record import record

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
READ_ONLY = [model for model in REGISTERED if isinstance(admin.site._registry[model], ReadOnlyAdmin)]
ADDED_BY_HAND = {
    "branches.Branch",
    "branches.User",
    "branches.ApiKey",
    "branches.CalendarDay",
    "candidates.DeferralPolicy",
    "candidates.InterviewSource",
    "notifications.ApprovedWording",
    "notifications.BranchChannels",
    "notifications.ChannelStrategy",
    "notifications.CoreField",
    "notifications.LocalField",
    "notifications.LocalPaper",
    "notifications.LocalValue",
    "notifications.NotificationTemplate",
    "notifications.ProviderRegistration",
    "notifications.ReminderRule",
    "notifications.SendWindow",
}
Model = type[models.Model]
Rows = dict[Model, models.Model]


def page(model: Model, view: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


@pytest.fixture
def as_hq(client: Client, hq: User) -> Client:
    client.force_login(hq, backend="branches.permissions.RoleBackend")
    return client


@pytest.fixture
def a_row_of_each(bank: Branch, offer: Offer, hq: User) -> Rows:
    """One row of every model in the admin."""
    version = published()
    message = MessageFactory.create(offer=offer, version=version, text="您好：/n/abcdefghijklmnopqrstuvwxyz/")
    MessageFactory.create(offer=offer, purpose=Purpose.THE_DAY, text=message.text, state=State.BOUNCED)
    ApiKey.objects.issue(name="HRIS", branch=bank)
    AccessRecord.objects.create(user=hq, what="phone", subject_id=offer.candidate_id)
    Signal.objects.create(
        source=offer.source, webhook_id="d1", interview_id="AI-1", verdict="accepted", offer=offer
    )
    Attempt.objects.create(message=message, provider="twilio", at=timezone.now(), outcome=State.ACCEPTED)
    Receipt.objects.create(
        provider="twilio", key="k1", word="delivered", message=message, raw="+8613800138000"
    )
    LocalValue.objects.get_or_create(branch=bank, field=LocalFieldFactory.create(), value="D口")
    LocalPaperFactory.create(branch=bank)
    _rows_of_planning(bank)
    _rows_of_contacts(offer, hq)
    return {model: model._default_manager.all()[0] for model in REGISTERED}


def _rows_of_planning(bank: Branch) -> None:
    CalendarDay.objects.create(branch=bank, day=date(2027, 2, 8))
    DeferralPolicy.objects.create(branch=bank)
    ChannelStrategy.objects.create(channels=["sms"])
    ReminderRule.objects.create(kind="unread", anchor="notice", amount=24)
    SendWindow.objects.create(branch=bank)
    BranchChannels.objects.create(branch=bank, channels=["sms"])
    ApprovedWording.objects.create(title="停车", title_en="Parking", text="可停车。", text_en="You may park.")


def _rows_of_contacts(offer: Offer, hq: User) -> None:
    days = {"before": offer.onboarding_at, "wanted": offer.onboarding_at + timedelta(days=7)}
    Deferral.objects.create(offer=offer, reason="moving", words="搬家", **days)
    until = offer.answer_by + timedelta(days=1)
    Extension.objects.create(offer=offer, by=hq, before=offer.answer_by, until=until, reason="出差")
    Call.objects.create(offer=offer, by=hq, result="no_answer")


# --- Who may come in ----------------------------------------------------------------------------
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_hq_can_open_the_list_and_a_record_of_everything(
    as_hq: Client, a_row_of_each: Rows, model: Model
) -> None:
    row = a_row_of_each[model]
    assert as_hq.get(page(model)).status_code == 200
    assert as_hq.get(page(model), {"q": "王小明"}, follow=True).status_code == 200
    assert as_hq.get(page(model, "change", row.pk)).status_code == 200
    may_add = as_hq.get(page(model, "add")).status_code == 200
    assert may_add == (model._meta.label in ADDED_BY_HAND)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_stands_in_the_side_bar(model: Model) -> None:
    assert page(model) in [str(entry["link"]) for group in GROUPS for entry in group["items"]]


def test_branch_hr_and_strangers_cannot_come_in(
    client: Client, bj_cbd_hr: User, stranger: User, offer: Offer
) -> None:
    for user in (bj_cbd_hr, stranger):
        client.force_login(user, backend="branches.permissions.RoleBackend")
        for address in (reverse("admin:index"), page(Offer), page(Offer, "change", offer.pk)):
            assert client.get(address).status_code == 302
        assert (
            client.get(reverse("admin:index"), follow=True).redirect_chain[0][0].startswith("/admin/login/")
        )


def test_is_staff_without_the_role_opens_nothing(client: Client, bj_cbd_hr: User) -> None:
    bj_cbd_hr.is_staff = True
    bj_cbd_hr.save()
    client.force_login(bj_cbd_hr, backend="branches.permissions.RoleBackend")
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_role_that_ran_out_counts_from_the_next_request(as_hq: Client, hq: User) -> None:
    assert as_hq.get(reverse("admin:index")).status_code == 200
    hq.memberships.update(until=timezone.now())
    assert as_hq.get(reverse("admin:index")).status_code == 302


def test_hq_signs_in_with_a_password(client: Client, hq: User) -> None:
    answer = client.post(reverse("admin:login"), {"username": "hq", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


# --- What pages may load ------------------------------------------------------------------------
def test_only_the_admin_is_allowed_eval_and_inline_styles(as_hq: Client) -> None:
    for address in (reverse("admin:index"), page(Branch)):
        policy = as_hq.get(address)["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval'" in policy
        assert "http:" not in policy
        assert "https:" not in policy
        assert not re.search("script-src[^;]*unsafe-inline", policy)
    login = Client().get(reverse("admin:login"))
    assert "'unsafe-eval'" in login["Content-Security-Policy"]
    elsewhere = Client().get("/healthz")["Content-Security-Policy"]
    assert "unsafe" not in elsewhere


# --- The past stays as it was -------------------------------------------------------------------
@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)
def test_the_past_has_no_way_to_add_change_or_delete(
    as_hq: Client, a_row_of_each: Rows, model: Model
) -> None:
    row = a_row_of_each[model]
    shown = as_hq.get(page(model, "change", row.pk)).content.decode()
    assert 'name="_save"' not in shown
    assert page(model, "delete", row.pk) not in shown
    assert page(model, "add") not in as_hq.get(page(model)).content.decode()
    assert as_hq.post(page(model, "add"), {}).status_code == 403
    assert as_hq.post(page(model, "change", row.pk), {"_save": "1"}).status_code == 403
    assert as_hq.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
    as_hq.post(page(model), chosen)
    assert model._default_manager.filter(pk=row.pk).exists()


def test_the_models_of_the_past_are_read_only() -> None:
    past = {
        "Signal",
        "Offer",
        "Candidate",
        "Deferral",
        "Extension",
        "Call",
        "Message",
        "DeadLetter",
        "Attempt",
        "Receipt",
        "Event",
        "Progress",
        "AccessRecord",
    }
    assert {model.__name__ for model in READ_ONLY} == past


def test_even_a_superuser_cannot_change_the_past(client: Client, offer: Offer) -> None:
    root = UserFactory.create(username="root", is_staff=True, is_superuser=True)
    client.force_login(root, backend="branches.permissions.RoleBackend")
    event = Event.objects.filter(offer=offer).first()
    assert event
    assert client.post(page(Event, "change", event.pk), {"detail": "x"}).status_code == 403
    assert client.post(page(Event, "delete", event.pk), {"post": "yes"}).status_code == 403


def refused(change: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError:
        return True
    return False


def by_sql(statement: str, *values: object) -> Callable[[], None]:
    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [str(value) for value in values])

    return change


def test_events_and_accesses_cannot_be_changed_by_orm_or_sql(offer: Offer, hq: User) -> None:
    access = AccessRecord.objects.create(user=hq, what="phone", subject_id=offer.candidate_id)
    event = Event.objects.get(offer=offer)
    assert refused(lambda: Event.objects.filter(pk=event.pk).update(detail="x"))
    assert refused(event.delete)
    assert refused(by_sql("UPDATE tracking_event SET kind = 'confirmed' WHERE id = %s", event.pk))
    assert refused(by_sql("DELETE FROM tracking_event WHERE id = %s", event.pk))
    assert refused(lambda: AccessRecord.objects.filter(pk=access.pk).update(what="x"))
    assert refused(by_sql("DELETE FROM branches_accessrecord WHERE id = %s", access.pk))


def test_published_versions_and_texts_cannot_be_changed_by_orm_or_sql(pass_notice: TemplateVersion) -> None:
    body = pass_notice.bodies.all()[0]
    assert refused(lambda: TemplateVersion.objects.filter(pk=pass_notice.pk).update(number=9))
    assert refused(lambda: TemplateBody.objects.filter(pk=body.pk).update(text="x"))
    assert refused(lambda: TemplateBody.objects.create(version=pass_notice, channel="push", style="detailed"))
    assert refused(by_sql("UPDATE notifications_templateversion SET published_at = NULL"))
    assert refused(by_sql("UPDATE notifications_templatebody SET text = 'x' WHERE id = %s", body.pk))
    assert refused(by_sql("DELETE FROM notifications_templatebody WHERE id = %s", body.pk))
    assert refused(by_sql("DELETE FROM notifications_templateversion WHERE id = %s", pass_notice.pk))


def test_a_published_version_cannot_be_changed_through_the_admin(
    as_hq: Client, pass_notice: TemplateVersion
) -> None:
    address = page(TemplateVersion, "change", pass_notice.pk)
    shown = as_hq.get(address).content.decode()
    assert 'name="_save"' not in shown
    assert as_hq.post(address, body_form(pass_notice, text="x")).status_code == 403
    assert as_hq.post(page(TemplateVersion, "delete", pass_notice.pk), {"post": "yes"}).status_code == 403
    assert not TemplateBody.objects.filter(text="x").exists()


# --- Personal data ------------------------------------------------------------------------------
def test_phones_mails_and_keys_are_masked_everywhere(
    as_hq: Client, a_row_of_each: Rows, offer: Offer
) -> None:
    for model, row in a_row_of_each.items():
        for address in (page(model), page(model, "change", row.pk)):
            shown = as_hq.get(address).content.decode()
            for secret in (
                "13800138000",
                "xm@example.com",
                "abcdefghijklmnopqrstuvwxyz",
                offer.source.secret,
            ):
                assert secret not in shown, address
    assert "+86138****8000" in as_hq.get(page(type(offer.candidate))).content.decode()
    assert "/n/••••••" in as_hq.get(page(Message, "change", a_row_of_each[Message].pk)).content.decode()


def search(client: Client, model: Model, text: str) -> list[Any]:
    """What a list shows for a search; the text goes by POST and nowhere into an address."""
    response = client.post(page(model), {"person": text}, follow=True)
    [(address, _)] = response.redirect_chain
    assert quote(text) not in address
    assert text not in address
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("written", ["王小明", "+8613800138000", "138 0013 8000", "XM@example.com"])
@pytest.mark.parametrize("model", [Offer, Event, Progress, Message], ids=lambda model: model.__name__)
def test_rows_are_found_by_the_exact_person(
    as_hq: Client, a_row_of_each: Rows, sh_offer: Offer, model: Model, written: str
) -> None:
    found = search(as_hq, model, written)
    assert found
    assert {getattr(row, "offer_id", row.pk) for row in found} == {a_row_of_each[Offer].pk}


def test_a_part_of_a_name_finds_nobody(as_hq: Client, offer: Offer) -> None:
    assert not search(as_hq, Offer, "王")


def test_a_branch_filter_takes_in_what_is_below_it(
    as_hq: Client, offer: Offer, sh_offer: Offer, bj: Branch
) -> None:
    found = as_hq.get(page(Offer), {"branch__id__exact": bj.pk}).context["cl"].result_list
    assert [row.pk for row in found] == [offer.pk]
    assert as_hq.get(page(Offer), {"branch__id__exact": "nonsense"}).status_code == 302


# --- Branches and people ------------------------------------------------------------------------
def no_inlines(prefix: str) -> dict[str, Any]:
    return {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}


def branch_form(branch: Branch | None = None, **changes: Any) -> dict[str, Any]:
    names = (
        "code",
        "name",
        "name_en",
        "city",
        "city_en",
        "address",
        "address_en",
        "phone",
        "contact",
        "contact_en",
    )
    facts = {name: getattr(branch, name) if branch else "X" for name in names}
    clocks = {"time_zone": "Asia/Shanghai", "calendar": "china"}
    return {**facts, **clocks, "map_url": "", **no_inlines("memberships"), **changes}


def test_a_branch_is_added_below_another(as_hq: Client, bj: Branch) -> None:
    as_hq.post(page(Branch, "add"), branch_form(code="BJ-TZ", parent=bj.pk))
    added = Branch.objects.get(code="BJ-TZ")
    assert added.path.startswith(bj.path)
    bj.refresh_from_db()
    assert bj.numchild == 1


def test_a_branch_moves_with_its_offers_and_its_hr(
    as_hq: Client, bj: Branch, sh: Branch, offer: Offer, bj_hr: User, sh_ljz_hr: User
) -> None:
    branch = offer.branch
    as_hq.post(page(Branch, "change", branch.pk), branch_form(branch, parent=sh.pk))
    branch.refresh_from_db()
    assert branch.path.startswith(sh.path)
    assert not Offer.objects.visible_to(User.objects.get(pk=bj_hr.pk)).exists()


def test_a_branch_cannot_be_moved_below_itself_nor_become_a_second_head_office(
    as_hq: Client, bank: Branch, bj: Branch, bj_cbd: Branch
) -> None:
    for parent in (bj_cbd.pk, bj.pk, ""):
        answer = as_hq.post(page(Branch, "change", bj.pk), branch_form(bj, parent=parent))
        assert answer.status_code == 200
        assert "parent" in answer.context["adminform"].form.errors
    assert Branch.objects.get(pk=bj.pk).path == bj.path


def test_a_branch_with_others_or_offers_below_it_is_not_deleted(
    as_hq: Client, bank: Branch, bj: Branch, offer: Offer
) -> None:
    for branch in (bank, bj, offer.branch):
        assert as_hq.post(page(Branch, "delete", branch.pk), {"post": "yes"}).status_code == 403


def test_the_list_of_branches_is_the_tree(
    as_hq: Client, bank: Branch, bj_cbd: Branch, sh_ljz: Branch
) -> None:
    codes = [branch.code for branch in as_hq.get(page(Branch)).context["cl"].result_list]
    assert codes == ["HQ", "BJ", "BJ-CBD", "SH", "SH-LJZ"]


def user_form(user: User, **changes: Any) -> dict[str, Any]:
    facts = {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "is_active": "on",
    }
    return {**facts, **no_inlines("memberships"), **changes}


def test_hq_cannot_make_a_superuser_nor_give_flags_to_itself(as_hq: Client, hq: User) -> None:
    flags = {"is_superuser": "on", "is_staff": "on", "user_permissions": "1", "groups": "1"}
    as_hq.post(
        page(User, "change", hq.pk), user_form(hq, **flags, display_name="changed", **keep_memberships(hq))
    )
    hq.refresh_from_db()
    assert hq.display_name == "changed"
    assert not hq.is_superuser
    assert not hq.user_permissions.exists()
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    as_hq.post(page(User, "add"), {"username": "new", **passwords, **flags, **no_inlines("memberships")})
    new = User.objects.get(username="new")
    assert not new.is_superuser
    assert not new.is_staff


def keep_memberships(user: User) -> dict[str, Any]:
    fields: dict[str, Any] = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    for number, row in enumerate(user.memberships.all()):
        fields |= {f"memberships-{number}-{name}": getattr(row, f"{name}_id") for name in ("branch", "user")}
        fields |= {f"memberships-{number}-id": row.pk, f"memberships-{number}-role": row.role}
        fields |= {"memberships-TOTAL_FORMS": number + 1, "memberships-INITIAL_FORMS": number + 1}
    return fields


def test_hq_cannot_take_over_a_superuser(as_hq: Client) -> None:
    root = UserFactory.create(username="root", is_staff=True, is_superuser=True)
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    answer = as_hq.post(password, {"password1": "another long one 1", "password2": "another long one 1"})
    assert answer.status_code == 403
    assert as_hq.post(page(User, "change", root.pk), user_form(root, username="mine")).status_code == 403
    root.refresh_from_db()
    assert root.check_password(PASSWORD)
    assert root.username == "root"


def test_hq_sets_a_forgotten_password(as_hq: Client, bj_cbd_hr: User) -> None:
    address = reverse("admin:auth_user_password_change", args=[bj_cbd_hr.pk])
    passwords = {"password1": "quite another one 7", "password2": "quite another one 7"}
    assert as_hq.post(address, passwords).status_code == 302
    bj_cbd_hr.refresh_from_db()
    assert bj_cbd_hr.check_password("quite another one 7")


def membership(user: User, branch: Branch, role: Role) -> dict[str, Any]:
    values = {"user": user.pk, "branch": branch.pk, "role": role, "until_0": "", "until_1": "", "id": ""}
    counts = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0}
    return counts | {f"memberships-0-{name}": value for name, value in values.items()}


def test_the_role_opens_the_admin_and_taking_it_away_closes_it(
    as_hq: Client, bank: Branch, stranger: User
) -> None:
    as_hq.post(
        page(User, "change", stranger.pk), user_form(stranger) | membership(stranger, bank, Role.HQ_HR)
    )
    stranger.refresh_from_db()
    assert stranger.is_staff
    leave = keep_memberships(stranger) | {"memberships-0-DELETE": "on"}
    as_hq.post(page(User, "change", stranger.pk), user_form(stranger) | leave)
    stranger.refresh_from_db()
    assert not stranger.is_staff


def test_the_role_of_hq_is_given_at_the_head_office_only(as_hq: Client, bj: Branch, stranger: User) -> None:
    as_hq.post(page(User, "change", stranger.pk), user_form(stranger) | membership(stranger, bj, Role.HQ_HR))
    assert not Membership.objects.filter(user=stranger).exists()


def test_nobody_is_deleted(as_hq: Client, bj_cbd_hr: User) -> None:
    assert as_hq.post(page(User, "delete", bj_cbd_hr.pk), {"post": "yes"}).status_code == 403


# --- Secrets are shown once ---------------------------------------------------------------------
DIALOG = {"_form_submitted": "on"}


def shown_secret(client: Client, address: str, pattern: str) -> str:
    found = re.search(pattern, client.get(address).content.decode())
    assert found
    assert not re.search(pattern, client.get(address).content.decode())
    return found[0].replace("&#x27;", "'")


def test_a_new_source_shows_its_secret_once(as_hq: Client) -> None:
    facts = {"name": "AI", "slug": "ai-2", "verifier": "standard_webhooks", "threshold": "60"}
    as_hq.post(page(InterviewSource, "add"), {**facts, "requests_per_minute": "60", "field_mapping": "{}"})
    source = InterviewSource.objects.get(slug="ai-2")
    assert shown_secret(as_hq, page(InterviewSource), r"whsec_[A-Za-z0-9+/=]+") == source.secret


def test_a_new_secret_keeps_the_one_before_it_valid(as_hq: Client) -> None:
    source = SourceFactory.create()
    address = reverse("admin:candidates_interviewsource_new_secret", args=[source.pk])
    assert as_hq.get(address).status_code == 200
    assert InterviewSource.objects.get().secrets == [source.secret]
    answer = as_hq.post(address, DIALOG)
    shown = shown_secret(as_hq, answer["HX-Redirect"], r"whsec_[A-Za-z0-9+/=]+")
    assert InterviewSource.objects.get().secrets == [shown, source.secret]


def test_a_field_mapping_names_known_fields_and_paths(as_hq: Client) -> None:
    source = SourceFactory.create()
    facts = {"name": "AI", "verifier": "api_key", "threshold": "60", "requests_per_minute": "60"}
    for wrong in ('{"candidate.nmae": "a"}', '{"branch": 5}', '["branch"]'):
        answer = as_hq.post(page(InterviewSource, "change", source.pk), {**facts, "field_mapping": wrong})
        assert "field_mapping" in answer.context["adminform"].form.errors
    right = '{"candidate.name": "user.realName", "branch": "org"}'
    as_hq.post(page(InterviewSource, "change", source.pk), {**facts, "field_mapping": right})
    source.refresh_from_db()
    assert source.field_mapping == {"candidate.name": "user.realName", "branch": "org"}


def test_an_api_key_is_shown_once_and_works_until_it_is_revoked(as_hq: Client, bj: Branch) -> None:
    as_hq.post(page(ApiKey, "add"), {"name": "HRIS", "branch": bj.pk})
    plain = shown_secret(as_hq, page(ApiKey), r"hrn_[\w-]+")
    key = ApiKey.objects.authenticate(plain)
    assert key
    assert key.branch == bj
    as_hq.post(reverse("admin:branches_apikey_revoke", args=[key.pk]), DIALOG)
    assert ApiKey.objects.authenticate(plain) is None


# --- Texts --------------------------------------------------------------------------------------
def body_form(version: TemplateVersion, *, of: str = "sms", **changes: Any) -> dict[str, Any]:
    """The form of a version as its page holds it, with changes to the texts of one channel."""
    rows = version.bodies.all()
    fields: dict[str, Any] = {"bodies-TOTAL_FORMS": len(rows), "bodies-INITIAL_FORMS": len(rows), "note": ""}
    for number, body in enumerate(rows):
        names = ("channel", "style", "language", "subject", "text", "provider_template")
        values = {name: getattr(body, name) for name in names} | {"id": body.pk, "version": version.pk}
        values |= changes if body.channel == of else {}
        fields |= {f"bodies-{number}-{name}": value for name, value in values.items()}
    return fields | no_inlines("passages")


@pytest.fixture
def draft(pass_notice: TemplateVersion) -> TemplateVersion:
    return new_draft(pass_notice.template, source=pass_notice)


def test_a_draft_starts_from_a_published_version_and_can_be_edited_and_published(
    as_hq: Client, hq: User, pass_notice: TemplateVersion
) -> None:
    address = reverse("admin:notifications_templateversion_new_draft", args=[pass_notice.pk])
    as_hq.post(address, DIALOG)
    draft = TemplateVersion.objects.get(number=2)
    assert draft.bodies.count() == pass_notice.bodies.count()
    change = page(TemplateVersion, "change", draft.pk)
    as_hq.post(change, body_form(draft, text="{{ candidate_name }}，您好"))
    changed = draft.bodies.filter(channel="sms").values_list("text", flat=True)
    assert set(changed) == {"{{ candidate_name }}，您好"}
    as_hq.post(reverse("admin:notifications_templateversion_publish", args=[draft.pk]), DIALOG)
    draft.refresh_from_db()
    assert draft.published_by == hq
    assert as_hq.post(change, body_form(draft, text="x")).status_code == 403


def test_opening_the_address_of_an_action_changes_nothing(as_hq: Client, draft: TemplateVersion) -> None:
    for name in ("publish", "new_draft"):
        address = reverse(f"admin:notifications_templateversion_{name}", args=[draft.pk])
        assert as_hq.get(address).status_code == 200
    assert TemplateVersion.objects.get(pk=draft.pk).published_at is None
    assert TemplateVersion.objects.count() == 2


def test_a_published_version_is_not_published_again(as_hq: Client, pass_notice: TemplateVersion) -> None:
    address = reverse("admin:notifications_templateversion_publish", args=[pass_notice.pk])
    assert as_hq.post(address, DIALOG).status_code == 403


@pytest.mark.parametrize("text", ["{{ candidat_name }}", "{{ Candidate }}", "{{ candidate_name", "{{a.b}}"])
def test_a_placeholder_that_does_not_exist_is_refused(
    as_hq: Client, draft: TemplateVersion, text: str
) -> None:
    answer = as_hq.post(page(TemplateVersion, "change", draft.pk), body_form(draft, text=text))
    assert answer.status_code == 200
    assert not TemplateBody.objects.filter(text=text).exists()


def test_what_is_not_fit_to_be_sent_is_not_published(hq: User, draft: TemplateVersion) -> None:
    draft.bodies.filter(channel="email").update(subject="")
    draft.bodies.filter(channel="wechat").update(provider_template="")
    draft.bodies.filter(channel="sms", language="zh-hans").delete()
    with pytest.raises(NotPublishable) as refusal:
        publish(draft, by=hq)
    assert len(refusal.value.problems) == 5  # a mail and a WeChat text in each language, and the SMS
    draft.bodies.all().delete()
    with pytest.raises(NotPublishable):
        publish(draft, by=hq)


def test_the_texts_of_a_version_can_be_read_on_a_plain_page(
    as_hq: Client, pass_notice: TemplateVersion
) -> None:
    address = reverse("admin:notifications_templateversion_published_text", args=[pass_notice.pk])
    assert "{{ candidate_name }}" in as_hq.get(address).content.decode()


def test_a_message_shows_the_versions_it_was_made_with(as_hq: Client, offer: Offer) -> None:
    version, stated = published(), CoreVersion.objects.get()
    message = MessageFactory.create(offer=offer, version=version, core=stated)
    shown = as_hq.get(page(Message, "change", message.pk)).content.decode()
    assert page(TemplateVersion, "change", version.pk) in shown
    assert page(CoreVersion, "change", stated.pk) in shown


def test_a_local_field_cannot_cover_a_core_field(as_hq: Client, bank: Branch) -> None:
    facts = {"label": "x", "label_en": "x", "kind": "text", "max_length": "10", "hint": "", "hint_en": ""}
    for key in ("papers", "Not-a-name", "onboarding_at"):
        as_hq.post(page(LocalField, "add"), {"key": key, **facts})
        assert not LocalField.objects.filter(key=key).exists()
    as_hq.post(page(LocalField, "add"), {"key": "parking", **facts})
    assert LocalField.objects.filter(key="parking").exists()


def test_a_field_that_texts_use_is_not_deleted(as_hq: Client, pass_notice: TemplateVersion) -> None:
    used, unused = CoreFieldFactory.create(key="used"), CoreFieldFactory.create(key="unused")
    new_draft(pass_notice.template, source=None).bodies.create(
        channel="sms", style="concise", language="zh-hans", text="{{ used }}"
    )
    assert as_hq.post(page(CoreField, "delete", used.pk), {"post": "yes"}).status_code == 403
    assert as_hq.post(page(CoreField, "delete", unused.pk), {"post": "yes"}).status_code == 302


def test_a_local_value_keeps_to_the_length_of_its_field(as_hq: Client, bj: Branch) -> None:
    field = LocalFieldFactory.create(key="parking", max_length=5)
    for value, kept in (("123456", False), ("12345", True)):
        as_hq.post(
            page(LocalValue, "add"), {"branch": bj.pk, "field": field.pk, "value": value, "value_en": ""}
        )
        assert LocalValue.objects.filter(value=value).exists() == kept


# --- The first page -----------------------------------------------------------------------------
def test_the_funnel_counts_each_branch_with_those_below_it(offer: Offer, sh_offer: Offer) -> None:
    OfferFactory.create(branch=offer.branch)
    happened = (Kind.ACCEPTED, Kind.DELIVERED, Kind.OPENED, Kind.CONFIRMED)
    record([Event(offer=offer, kind=kind, at=timezone.now()) for kind in happened])
    record([Event(offer=sh_offer, kind=Kind.UNREACHABLE, at=timezone.now())])
    counts = {row.name.split()[0]: row.counts for row in funnel()}
    assert counts == {"HQ": [0] * 7, "BJ": [2, 1, 1, 1, 1, 0, 0], "SH": [1, 0, 0, 0, 0, 0, 1]}


def test_the_funnel_takes_two_queries(
    offer: Offer, sh_offer: Offer, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(2):
        funnel()


def test_a_channel_that_is_off_names_the_missing_settings(as_hq: Client, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    shown = as_hq.get(reverse("admin:index")).content.decode()
    assert "TWILIO_AUTH_TOKEN" in shown
    assert "EMAIL_URL" not in shown


def test_channel_health_counts_the_last_days_and_the_oldest_due(offer: Offer) -> None:
    now = timezone.now()
    due = MessageFactory.create(offer=offer, due_at=now - timedelta(minutes=5), created_at=now)
    MessageFactory.create(offer=offer, occurrence="2", state=State.DELIVERED, accepted_at=now, created_at=now)
    MessageFactory.create(offer=offer, occurrence="3", state=State.REJECTED, created_at=now)
    long_ago = now - timedelta(days=30)
    MessageFactory.create(offer=offer, occurrence="4", state=State.DELIVERED, created_at=long_ago)
    sms = channel_health(now=now)[0]
    assert (sms.planned, sms.accepted, sms.delivered, sms.failed) == (3, 1, 1, 1)
    assert sms.oldest_due == due.due_at


def test_who_was_reached_on_no_channel_is_one_click_away(
    as_hq: Client, offer: Offer, sh_offer: Offer
) -> None:
    record([Event(offer=sh_offer, kind=Kind.UNREACHABLE, at=timezone.now())])
    address = as_hq.get(reverse("admin:index")).context["unreachable_address"]
    assert [row.pk for row in as_hq.get(address).context["cl"].result_list] == [sh_offer.pk]


def test_who_has_no_way_into_the_admin_is_told_where_to_go(bj_cbd_hr: User) -> None:
    client = Client()
    client.force_login(bj_cbd_hr, backend="branches.permissions.RoleBackend")
    shown = client.get(reverse("admin:index"), follow=True).content.decode()
    assert f'href="{reverse("dashboard:home")}"' in shown
    assert "login-no-way" in shown
