"""What a candidate sees, and who sees it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from branches.models import Branch
from candidates.models import CodeAttempt, DeclineReason, Offer, OfferState, PageToken
from notifications.dates import moment_text
from tests.factories import LocalFieldFactory, LocalPaperFactory, LocalValueFactory, core, page_key
from tracking import answers
from tracking.models import Event, Kind, Progress
from tracking.record import record


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_who_writes_when_where_what_to_bring_and_whom_to_call(
    client: Client, offer: Offer, address: str
) -> None:
    page = text(client, address)
    start = offer.onboarding_at.astimezone(offer.branch.zone)
    for fact in (
        "海岳银行",
        "北京CBD支行",
        moment_text(start, "zh-hans"),
        "北京市朝阳区示例路18号3层",
        "10号线示例站D口，步行约6分钟",
        "身份证原件及复印件",
        "社保转移证明",
        'href="tel:01055506110"',
    ):
        assert fact in page, fact
    assert "王小明，恭喜您通过“综合柜员”岗位面试" in strip_tags(page)


def test_every_paper_says_why_it_is_asked_for_and_how_long_it_is_kept(
    client: Client, bj_cbd: Branch, address: str
) -> None:
    core(
        papers=[
            {
                "key": "id_card",
                "name": "身份证",
                "form": "original",
                "purpose": "核验身份",
                "kept_months": 24,
            },
            {"key": "degree", "name": "学历学位证书", "form": "original", "purpose": "核验学历"},
            {"key": "agreement", "name": "离职证明", "condition": {"category": {"is": ["social"]}}},
        ]
    )
    LocalPaperFactory.create(branch=bj_cbd, demand="not_needed")
    page = " ".join(strip_tags(text(client, address)).split())
    assert "身份证原件 核验身份 · 保存24个月" in page
    assert "学历学位证书原件 核验学历 · 核对后当场退还" in page
    assert "无需提供： 社保转移证明" in page
    assert "离职证明" not in page


def test_without_a_map_there_is_no_map_link_and_with_one_there_is(
    client: Client, offer: Offer, address: str
) -> None:
    assert "地图" not in text(client, address)
    Branch.objects.filter(pk=offer.branch_id).update(map_url="https://maps.example/bj-cbd")
    assert 'href="https://maps.example/bj-cbd"' in text(client, address)


def test_a_branchs_words_cannot_become_markup(client: Client, bj_cbd: Branch, address: str) -> None:
    LocalValueFactory.create(
        branch=bj_cbd, field=LocalFieldFactory.create(key="parking"), value="<script>alert(1)</script>"
    )
    page = text(client, address)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_times_are_the_branchs_own(client: Client, offer: Offer, address: str) -> None:
    Branch.objects.filter(pk=offer.branch_id).update(time_zone="America/New_York")
    offer.branch.refresh_from_db()
    assert moment_text(offer.onboarding_at.astimezone(offer.branch.zone), "zh-hans") in text(client, address)


def test_the_line_shows_what_happened_with_its_date(client: Client, offer: Offer, address: str) -> None:
    assert "通知已送达" not in text(client, address)
    delivered = timezone.now().replace(month=3, day=5, hour=6, minute=7)
    record([Event(offer=offer, kind=Kind.DELIVERED, at=delivered, channel="sms")])
    page = text(client, address)
    assert "通知已送达" in page
    assert "3月5日 14:07" in page


# --- Language -------------------------------------------------------------------------------------
def test_a_candidate_reads_their_own_language_whatever_the_browser_asks_for(
    client: Client, english_offer: Offer, address: str
) -> None:
    english = client.get(f"/n/{page_key(english_offer)}/", headers={"accept-language": "zh-CN"})
    chinese = client.get(address, headers={"accept-language": "en"})
    assert '<html lang="en">' in english.content.decode()
    heading = "Congratulations, Alex Example: you have passed the interview for Teller"
    assert heading in strip_tags(english.content.decode())
    assert '<html lang="zh-hans">' in chinese.content.decode()
    assert english.headers["Content-Language"] == "en"


def test_the_switch_wins_over_the_candidates_language(client: Client, address: str) -> None:
    switched = client.post("/i18n/setlang/", {"language": "en", "next": address})
    assert switched.headers["Location"] == address
    page = text(client, address)
    assert '<html lang="en">' in page
    assert "Floor 3, 18 Example Road" in page
    assert "Line 10, Example, exit D" in page


# --- Answering ------------------------------------------------------------------------------------
def test_before_an_answer_both_buttons_are_there(client: Client, address: str) -> None:
    page = text(client, address)
    assert f'href="{address}confirm/"' in page
    assert f'href="{address}decline/"' in page


def test_after_confirming_the_page_says_so_and_lets_it_be_changed(
    client: Client, offer: Offer, address: str
) -> None:
    answers.confirm(offer=offer, channel="sms")
    page = text(client, address)
    assert "期待您的加入" in page
    assert f'href="{address}confirm/"' not in page
    assert f'href="{address}decline/"' in page


def test_after_declining_the_page_shows_the_reason_and_lets_it_be_changed(
    client: Client, offer: Offer, address: str
) -> None:
    answers.decline(offer=offer, channel="sms", reason=DeclineReason.LOCATION)
    page = text(client, address)
    assert "您已婉拒本次录用" in page
    assert str(DeclineReason.LOCATION.label) in page
    assert f'href="{address}confirm/"' in page
    assert "身份证原件及复印件" not in page


def test_after_the_deadline_there_is_somebody_to_call_and_nothing_to_press(
    client: Client, offer: Offer, address: str
) -> None:
    Offer.objects.filter(pk=offer.pk).update(answer_by=timezone.now() - timedelta(minutes=1))
    page = text(client, address)
    assert "答复时间已截止，请致电" in page
    assert "confirm/" not in page
    assert "decline/" not in page


def test_a_withdrawn_offer_says_so_plainly_and_congratulates_nobody(
    client: Client, offer: Offer, address: str
) -> None:
    Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN)
    page = text(client, address)
    assert "本录用通知已撤回" in page
    assert "恭喜" not in page
    assert "confirm/" not in page
    assert 'href="tel:01055506110"' in page


# --- Keys -----------------------------------------------------------------------------------------
def wrong_keys(offer: Offer) -> list[str]:
    revoked = page_key(offer)
    offer.page_tokens.update(revoked_at=timezone.now())
    return [PageToken.new_token(), page_key(offer, days=-1), revoked]


@pytest.mark.parametrize("end", ["", "confirm/", "decline/"])
def test_an_unknown_an_expired_and_a_revoked_key_get_the_same_answer(
    client: Client, offer: Offer, end: str
) -> None:
    responses = [client.get(f"/n/{key}/{end}") for key in wrong_keys(offer)]
    assert [response.status_code for response in responses] == [404, 404, 404]
    pages = [_without_keys(response.content.decode()) for response in responses]
    assert len(set(pages)) == 1
    assert "链接无法打开" in pages[0]
    assert 'href="/n/"' in pages[0]
    assert "王小明" not in pages[0]


def _without_keys(page: str) -> str:
    """The language switch and its CSRF field differ from address to address."""
    return "\n".join(line for line in page.splitlines() if "hidden" not in line)


def test_a_wrong_key_answers_nothing(client: Client, offer: Offer) -> None:
    for key in wrong_keys(offer):
        for end in ("seen/", "confirm/", "decline/"):
            assert client.post(f"/n/{key}/{end}", {"reason": "pay"}).status_code == 404
    offer.refresh_from_db()
    assert offer.state == OfferState.OFFERED
    assert not offer.events.exclude(kind=Kind.OFFERED).exists()


def test_an_address_that_no_key_has_is_a_friendly_404_as_well(client: Client, db: None) -> None:
    response = client.get("/n/not a key!/")
    assert response.status_code == 404
    assert 'href="/n/"' in response.content.decode()


# --- What every one of these addresses keeps ---------------------------------------------------------
@pytest.mark.parametrize("end", ["", "confirm/", "decline/", "nowhere"])
def test_no_cache_keeps_the_page_no_search_engine_lists_it_no_site_learns_its_address(
    client: Client, address: str, end: str
) -> None:
    response = client.get("/n/" if end == "nowhere" else address + end)
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_an_address_that_is_not_a_key_is_not_kept_either(client: Client, db: None) -> None:
    response = client.get(f"/n/{PageToken.new_token()}/")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_any_address_changes_nothing(
    client: Client, offer: Offer, address: str, method: str
) -> None:
    page_key(offer, code="12345678")
    before = _everything()
    for path in ("/", "/n/", address, address + "seen/", address + "confirm/", address + "decline/"):
        getattr(client, method)(path)
    assert _everything() == before


def _everything() -> list[str]:
    kept: list[type[Model]] = [Event, Offer, Progress, PageToken, CodeAttempt]
    return [repr(row) for model in kept for row in model._default_manager.order_by("pk").values()]


@pytest.mark.parametrize("method", ["head", "put", "delete", "patch", "options"])
def test_an_answer_takes_no_other_method(client: Client, offer: Offer, address: str, method: str) -> None:
    for end in ("confirm/", "decline/"):
        assert getattr(client, method)(address + end).status_code == 405
    offer.refresh_from_db()
    assert offer.state == OfferState.OFFERED


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_page_itself_is_only_looked_at(client: Client, address: str, method: str) -> None:
    assert getattr(client, method)(address).status_code == 405


def test_the_first_view_is_small(client: Client, address: str) -> None:
    """Page, styles and script together stay below 60 kB, before any compression."""
    assets = ["css/tokens.css", "css/base.css", "css/portal.css", "js/seen.js"]
    size = len(client.get(address).content)
    size += sum((settings.BASE_DIR / "static" / name).stat().st_size for name in assets)
    assert size < 60_000


def test_the_front_door_leads_to_phone_and_code(client: Client, db: None) -> None:
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/n/")
