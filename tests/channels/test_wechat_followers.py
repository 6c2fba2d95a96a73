"""Who follows and who leaves, as WeChat tells it: bound once, marked, usable again, whatever comes twice or late."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from branches.models import Branch
from candidates.contact_points import addresses, forget_replaced
from candidates.models import Candidate, Channel, Offer, OfferState, PageToken, WeChatScene
from candidates.payload import parse_result
from candidates.wechat_binding import keep_scene, new_scene
from notifications.channels.base import Following
from notifications.followers import take_followings
from notifications.intake import take_signal
from notifications.models import Message, Purpose, TemplateVersion
from notifications.states import State
from tests.channels.wechat_wire import address, following, letter, seal, sealed_address
from tests.factories import OfferFactory, SourceFactory, page_key, reached_by
from tests.platform import result
from tracking.models import Kind

pytestmark = pytest.mark.django_db
OPENID, ANOTHER = "oHAIYUE1", "oHAIYUE2"
AT = int(time.time()) - 60  # of the past, and so of any moment later in the run


@pytest.fixture(autouse=True)
def plain_mode(settings: Settings) -> None:
    settings.WECHAT_AES_KEY = ""


@pytest.fixture
def scene(offer: Offer) -> str:
    """What stands in a code on the page of 王小明."""
    return scene_for(page_key(offer))


def scene_for(token: str) -> str:
    key = PageToken.objects.find(token)
    assert key
    scene = new_scene()
    keep_scene(key=key, scene=scene, qr_text="http://weixin.qq.com/q/1")
    return scene


def tell(client: Client, body: bytes) -> None:
    answered = client.post(address(configured.WECHAT_TOKEN), data=body, content_type="text/xml")
    assert (answered.status_code, answered.content) == (200, b"success")


def scanned(client: Client, scene: str, *, person: str = OPENID, at: int = AT) -> None:
    tell(client, following("subscribe", person=person, key=f"qrscene_{scene}", at=at))


def candidate_of(offer: Offer) -> Candidate:
    return Candidate.objects.get(pk=offer.candidate_id)


def told(offer: Offer) -> list[str]:
    wanted = [Kind.CONNECTED, Kind.DISCONNECTED]
    return list(offer.events.filter(kind__in=wanted).order_by("at", "id").values_list("kind", flat=True))


def follower(offer: Offer, openid: str = OPENID) -> Candidate:
    """The candidate, whose account the interview platform has named."""
    candidate = candidate_of(offer)
    candidate.wechat_openid = openid
    candidate.save()
    return candidate


# --- Scanning --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("word", "prefix"), [("subscribe", "qrscene_"), ("SCAN", "")])
def test_whoever_scans_the_code_of_a_page_is_bound_to_its_candidate(
    client: Client, offer: Offer, sh_offer: Offer, scene: str, word: str, prefix: str
) -> None:
    tell(client, following(word, key=prefix + scene))
    bound = candidate_of(offer)
    assert (bound.wechat_openid, reached_by(offer)[0]) == (OPENID, Channel.WECHAT)
    assert bound.wechat_bound_at is not None
    assert told(offer) == [Kind.CONNECTED]
    event = offer.events.get(kind=Kind.CONNECTED)
    assert (event.channel, event.actor, event.detail) == (Channel.WECHAT, "candidate", "")
    assert candidate_of(sh_offer).wechat_openid == ""


def test_a_sealed_event_binds_as_well(client: Client, offer: Offer, scene: str, settings: Settings) -> None:
    settings.WECHAT_AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    xml = following("SCAN", key=scene)
    client.post(address(settings.WECHAT_TOKEN), data=xml, content_type="text/xml")
    assert candidate_of(offer).wechat_openid == ""
    sealed = seal(xml, aes_key=settings.WECHAT_AES_KEY, app_id=settings.WECHAT_APP_ID)
    path = sealed_address(settings.WECHAT_TOKEN, sealed)
    assert client.post(path, data=letter(sealed), content_type="text/xml").content == b"success"
    assert candidate_of(offer).wechat_openid == OPENID


def test_the_account_is_found_by_its_index_and_not_kept_in_the_clear(
    client: Client, offer: Offer, scene: str
) -> None:
    scanned(client, scene)
    row = Candidate.objects.filter(pk=offer.candidate_id).extra(select={"kept": "wechat_openid"}).get()
    assert OPENID.encode() not in bytes(row.kept)
    assert not WeChatScene.objects.filter(scene_hash__contains=scene).exists()


def test_a_repeated_scan_changes_nothing(client: Client, offer: Offer, scene: str) -> None:
    for _ in range(3):
        scanned(client, scene)
    assert told(offer) == [Kind.CONNECTED]
    assert Candidate.objects.exclude(wechat_openid_index="").count() == 1


def test_a_code_counts_for_the_first_who_scans_it(client: Client, offer: Offer, scene: str) -> None:
    scanned(client, scene)
    scanned(client, scene, person=ANOTHER, at=AT + 5)
    assert candidate_of(offer).wechat_openid == OPENID


def test_a_used_code_counts_no_more_even_when_the_first_has_left(
    client: Client, offer: Offer, scene: str
) -> None:
    scanned(client, scene)
    tell(client, following("unsubscribe", at=AT + 5))
    scanned(client, scene, person=ANOTHER, at=AT + 9)
    assert candidate_of(offer).wechat_openid == OPENID


def test_an_account_that_follows_is_not_replaced_by_another_code(client: Client, offer: Offer) -> None:
    scanned(client, scene_for(page_key(offer)))
    scanned(client, scene_for(page_key(offer)), person=ANOTHER, at=AT + 5)
    assert candidate_of(offer).wechat_openid == OPENID
    assert told(offer) == [Kind.CONNECTED]


def test_an_account_that_has_left_makes_room_for_another(client: Client, offer: Offer) -> None:
    scanned(client, scene_for(page_key(offer)))
    tell(client, following("unsubscribe", at=AT + 5))
    # A moment before, by WeChat's clock: the news of the other account say nothing about this one.
    scanned(client, scene_for(page_key(offer)), person=ANOTHER, at=AT + 3)
    bound = candidate_of(offer)
    assert (bound.wechat_openid, bound.can_be_reached_on(Channel.WECHAT)) == (ANOTHER, True)
    assert told(offer) == [Kind.CONNECTED, Kind.DISCONNECTED, Kind.CONNECTED]


@pytest.mark.parametrize("spoilt", ["expired", "revoked", "withdrawn", "unknown"])
def test_a_code_that_is_no_longer_in_force_binds_nobody(
    client: Client, offer: Offer, scene: str, spoilt: str
) -> None:
    if spoilt == "expired":
        WeChatScene.objects.update(expires_at=timezone.now() - timedelta(minutes=2))
    elif spoilt == "revoked":
        offer.page_tokens.update(revoked_at=timezone.now())
    elif spoilt == "withdrawn":
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN)
    scanned(client, new_scene() if spoilt == "unknown" else scene)
    assert candidate_of(offer).wechat_openid == ""
    assert told(offer) == []


def test_the_prefix_of_a_new_follower_is_part_of_what_wechat_tells(
    client: Client, offer: Offer, scene: str
) -> None:
    tell(client, following("subscribe", key=scene))
    assert candidate_of(offer).wechat_openid == ""


@pytest.mark.django_db(transaction=True)
def test_of_many_who_scan_a_code_at_once_one_is_bound(offer: Offer, scene: str) -> None:
    def scans(number: int) -> None:
        at = datetime.fromtimestamp(AT, UTC)
        try:
            take_followings([Following(address=f"oScanner{number}", follows=True, at=at, scene=scene)])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(scans, range(12)))
    assert candidate_of(offer).wechat_openid.startswith("oScanner")
    assert told(offer) == [Kind.CONNECTED]


# --- Leaving and coming back -----------------------------------------------------------------------
def test_who_leaves_is_reached_otherwise_and_who_comes_back_is_reached_again(
    client: Client, offer: Offer
) -> None:
    follower(offer)
    tell(client, following("unsubscribe", at=AT + 1))
    left = candidate_of(offer)
    assert left.unusable_channels == {"wechat": "43004"}
    assert Channel.WECHAT not in reached_by(offer)
    tell(client, following("subscribe", at=AT + 2))
    assert candidate_of(offer).unusable_channels == {}
    assert told(offer) == [Kind.DISCONNECTED, Kind.CONNECTED]


def test_it_counts_for_every_candidate_with_the_account_and_for_no_other(
    client: Client, offer: Offer, sh_offer: Offer
) -> None:
    second = OfferFactory.create(branch=offer.branch)
    for one, openid in ((offer, OPENID), (second, OPENID), (sh_offer, ANOTHER)):
        follower(one, openid)
    tell(client, following("unsubscribe"))
    assert [told(one) for one in (offer, second, sh_offer)] == [[Kind.DISCONNECTED], [Kind.DISCONNECTED], []]


def test_a_repeat_that_comes_late_does_not_undo_what_came_after_it(client: Client, offer: Offer) -> None:
    follower(offer)
    left, back = following("unsubscribe", at=AT + 1), following("subscribe", at=AT + 2)
    for body in (left, left, back, left, back):
        tell(client, body)
    assert candidate_of(offer).unusable_channels == {}
    assert told(offer) == [Kind.DISCONNECTED, Kind.CONNECTED]


def test_following_again_lifts_what_sending_has_marked(client: Client, offer: Offer) -> None:
    candidate = follower(offer)
    candidate.unusable_channels = {"wechat": "failed:user block", "sms": "21610"}
    candidate.save()
    tell(client, following("SCAN", key="a code of somebody else's"))
    assert candidate_of(offer).unusable_channels == {"sms": "21610"}


def test_news_of_the_future_do_not_make_those_of_today_old(client: Client, offer: Offer) -> None:
    follower(offer)
    tell(client, following("unsubscribe", at=int(time.time()) + 3600))
    assert candidate_of(offer).unusable_channels == {}
    tell(client, following("unsubscribe", at=AT))
    assert candidate_of(offer).unusable_channels == {"wechat": "43004"}


def test_somebody_who_is_no_candidate_is_answered_and_not_kept(client: Client, offer: Offer) -> None:
    for word in ("subscribe", "unsubscribe", "SCAN"):
        tell(client, following(word, person="oStranger"))
    assert told(offer) == []


@pytest.mark.parametrize(
    "body",
    [
        following("subscribe", person=""),
        following("unsubscribe", at="soon"),
        following("subscribe", at="１"),
        following("subscribe", at="9" * 30),
        following("subscribe", key="last_trade_no_4001"),
        following("CLICK", key="menu"),
    ],
)
def test_an_event_that_says_nothing_of_use_is_answered_all_the_same(
    client: Client, offer: Offer, body: bytes
) -> None:
    tell(client, body)
    assert told(offer) == []


# --- What a signal leaves out ----------------------------------------------------------------------
def signal_over(candidate: Candidate, **told: str) -> None:
    """As a signal fills the candidate: what it does not say is emptied."""
    before = addresses(candidate)
    candidate.wechat_openid = ""
    candidate.preferred_channels = ["sms", "email"]
    for name, value in told.items():
        setattr(candidate, name, value)
    forget_replaced(candidate, before=before)


def test_a_bound_account_outlives_a_signal_that_does_not_know_of_it(
    client: Client, offer: Offer, scene: str
) -> None:
    scanned(client, scene)
    candidate = candidate_of(offer)
    signal_over(candidate)
    assert candidate.wechat_openid == OPENID
    assert candidate.preferred_channels == ["wechat", "sms", "email"]


@pytest.mark.parametrize(
    "changed",
    [
        {"phone": "+8613800138009"},
        {"email": "other@example.com"},
        {"phone": ""},
        {"wechat_openid": ANOTHER},
    ],
)
def test_a_bound_account_ends_where_the_platform_names_another_person_or_account(
    client: Client, offer: Offer, scene: str, changed: dict[str, str]
) -> None:
    scanned(client, scene)
    candidate = candidate_of(offer)
    signal_over(candidate, **changed)
    assert candidate.wechat_openid == changed.get("wechat_openid", "")
    assert candidate.wechat_bound_at is None


def test_an_account_the_platform_gave_and_takes_back_is_gone(offer: Offer) -> None:
    candidate = follower(offer)
    signal_over(candidate)
    assert candidate.wechat_openid == ""


def test_a_change_of_the_day_reaches_the_bound_account_and_nobody_starts_anew(
    client: Client, bj_cbd: Branch, pass_notice: TemplateVersion
) -> None:
    def take(webhook_id: str, **changes: object) -> None:
        body = json.dumps(result(**changes))
        take_signal(source=source, webhook_id=webhook_id, body=body, result=parse_result(body))

    source = SourceFactory.create()
    take("first")
    offer = Offer.objects.get()
    token = page_key(offer)
    scanned(client, scene_for(token))
    Message.objects.update(state=State.ACCEPTED)
    take("second", onboarding_at="2027-03-08T09:00:00+08:00")
    assert candidate_of(offer).wechat_openid == OPENID
    assert PageToken.objects.find(token)
    assert not offer.events.filter(kind=Kind.OFFERED)[1:]
    change = offer.messages.get(purpose=Purpose.CHANGE_OF_FACTS)
    assert change.channel == Channel.WECHAT
