"""Binding WeChat accounts to candidates: by a QR code or in WeChat's browser, and what becomes of them afterwards.

Only who follows the official account can be written to, and only WeChat knows who that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from candidates.models import Candidate, Channel, PageToken, WeChatScene
from candidates.wechat_binding import (
    SCENE_VALID,
    WORTH_SHOWING,
    AnotherAccountFollows,
    bind,
    keep_scene,
    new_scene,
    note_following,
    open_scene,
    scene_of,
    with_account,
)
from notifications.channels.base import Following, TransportError
from notifications.channels.wechat import people
from notifications.channels.wechat.client import WeChatError
from notifications.models import Message
from notifications.schedules import look_again
from tracking.models import Actor, Event, Kind
from tracking.record import record

log = structlog.get_logger(__name__)


class WeChatAway(Exception):
    """WeChat did not answer, or not as it should: worth another try later."""


# --- What the page asks for ---------------------------------------------------------------------------
def invite(key: PageToken) -> WeChatScene:
    """A code for this page, the one of before while it is good for some minutes. Raises WeChatAway."""
    if known := open_scene(key, left=WORTH_SHOWING):
        return known
    scene = new_scene()
    try:
        qr_text = people.scene_code(scene=scene, seconds=int(SCENE_VALID.total_seconds()))
    except (WeChatError, TransportError, KeyError) as error:
        raise _away(error) from None
    return keep_scene(key=key, scene=scene, qr_text=qr_text)


def bind_authorized(*, key: PageToken, code: str) -> bool:
    """Bind whoever WeChat's browser says is there. True where the person follows, and so can be written to.

    Raises WeChatAway, AnotherAccountFollows, people.NotAPerson or people.CodeSpent.
    """
    try:
        openid = people.openid_of(code)
        follows = people.follows(openid)
    except (WeChatError, TransportError, KeyError) as error:
        raise _away(error) from None
    with transaction.atomic():
        [candidate] = _locked([key.offer.candidate_id])
        if bind(candidate, openid=openid, follows=follows, told_at=None):
            _record(candidate, Kind.CONNECTED)
    return follows


def _away(error: Exception) -> WeChatAway:
    log.warning("wechat_did_not_serve_a_page", error=type(error).__name__, reason=str(error))
    return WeChatAway()


# --- What WeChat tells ----------------------------------------------------------------------------------
def take_followings(told: Iterable[Following]) -> None:
    """A repeat, or older news than is known, changes nothing."""
    for one in told:
        _take(one)


@transaction.atomic
def _take(one: Following) -> None:
    if one.scene:
        _take_scan(one)
    _take_following(one)


def _take_scan(one: Following) -> None:
    """The first account to scan a code becomes its candidate's."""
    scene = scene_of(one.scene)
    if scene is None:
        log.info("wechat_scene_not_in_force")
        return
    [candidate] = _locked([scene.key.offer.candidate_id])
    # Only now, because two people may scan it at once.
    scene.refresh_from_db(fields=["used_at"])
    if scene.used_at:
        return
    try:
        reachable_now = bind(candidate, openid=one.address, follows=True, told_at=one.at)
    except AnotherAccountFollows:
        log.warning("wechat_scene_of_a_bound_candidate", offer=str(scene.key.offer_id))
        return
    scene.used_at = timezone.now()
    scene.save(update_fields=["used_at"])
    if reachable_now:
        _record(candidate, Kind.CONNECTED)


def _take_following(one: Following) -> None:
    for candidate in _locked(list(with_account(one.address).values_list("pk", flat=True))):
        if note_following(candidate, follows=one.follows, told_at=one.at):
            _record(candidate, Kind.CONNECTED if one.follows else Kind.DISCONNECTED)


def _locked(candidate_ids: list[UUID]) -> list[Candidate]:
    """Messages are locked before candidates and Progress, as by who takes a receipt; else each waits for the other."""
    messages = Message.objects.filter(offer__candidate__in=candidate_ids).order_by("pk")
    list(messages.select_for_update(no_key=True, of=("self",)).values_list("pk"))
    candidates = Candidate.objects.filter(pk__in=candidate_ids).order_by("pk")
    return list(candidates.select_for_update(no_key=True))


def _record(candidate: Candidate, kind: Kind) -> None:
    """Whoever can be reached again hears what could not be told meanwhile."""
    now, offers = timezone.now(), list(candidate.offers.all())
    record(
        [
            Event(offer=offer, kind=kind, at=now, channel=Channel.WECHAT, actor=Actor.CANDIDATE)
            for offer in offers
        ]
    )
    if kind == Kind.CONNECTED:
        for offer in offers:
            look_again(offer.pk)
