"""Which WeChat account is a candidate's: scenes in QR codes, binding, following and leaving.

Who holds the key to the page may bind an account, while none that follows is bound. One that does is only given up
by itself, by leaving: so nobody who gets hold of a key can take the candidate's place unnoticed.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from candidates.encryption import blind_indexes
from candidates.models import Candidate, Channel, OfferState, PageToken, WeChatScene, token_digest

SCENE_VALID = timedelta(minutes=15)
# For what WeChat tells of the last moment, late or again.
GRACE = timedelta(minutes=1)
# A code with less time left is replaced when somebody asks for one.
WORTH_SHOWING = timedelta(minutes=3)
# WeChat's own word for an account that does not follow, as sending is refused with.
DOES_NOT_FOLLOW = "43004"


class AnotherAccountFollows(Exception):
    """The candidate has another account that follows: it stays until it leaves."""


# --- Scenes -----------------------------------------------------------------------------------------
def new_scene() -> str:
    """192 random bits; WeChat takes 64 characters."""
    return secrets.token_urlsafe(24)


def keep_scene(*, key: PageToken, scene: str, qr_text: str) -> WeChatScene:
    now = timezone.now()
    # Older ones count for nothing any more.
    WeChatScene.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    return WeChatScene.objects.create(
        key=key, scene_hash=token_digest(scene), qr_text=qr_text, expires_at=now + SCENE_VALID
    )


def open_scene(key: PageToken, *, left: timedelta = timedelta()) -> WeChatScene | None:
    """The key's newest code that can still be scanned for as long as `left`."""
    unused = WeChatScene.objects.filter(key=key, used_at=None, expires_at__gt=timezone.now() + left)
    return unused.order_by("-issued_at").first()


def scene_of(scene: str) -> WeChatScene | None:
    """The scene as WeChat tells it, while its code and the key behind it are in force."""
    live = WeChatScene.objects.filter(
        scene_hash=token_digest(scene),
        expires_at__gt=timezone.now() - GRACE,
        key__in=PageToken.objects.live(),
    )
    return live.exclude(key__offer__state=OfferState.WITHDRAWN).select_related("key__offer").first()


# --- Binding, on a candidate whose row is locked -------------------------------------------------------
def bind(candidate: Candidate, *, openid: str, follows: bool, told_at: datetime | None) -> bool:
    """Make this account the candidate's, and its channel the first one. Raises AnotherAccountFollows.

    `told_at`: WeChat's moment, None where WeChat was asked. True where the person has become reachable by it.
    """
    reachable = candidate.can_be_reached_on(Channel.WECHAT)
    if candidate.wechat_openid != openid:
        if reachable:
            raise AnotherAccountFollows
        candidate.wechat_openid, candidate.wechat_told_at = openid, None
    if told_at and _is_old_news(candidate, told_at):
        return False
    candidate.wechat_bound_at = candidate.wechat_bound_at or timezone.now()
    _put_first(candidate)
    _mark(candidate, follows=follows, told_at=told_at)
    _save(candidate)
    return follows and not reachable


def note_following(candidate: Candidate, *, follows: bool, told_at: datetime) -> bool:
    """Somebody follows again, or has left. True where that is news: WeChat repeats itself, and not in order."""
    if _is_old_news(candidate, told_at):
        return False
    reachable = candidate.can_be_reached_on(Channel.WECHAT)
    _mark(candidate, follows=follows, told_at=told_at)
    _save(candidate)
    return reachable != follows


def with_account(openid: str) -> models.QuerySet[Candidate]:
    """Everybody of whom this is the account; a person may have several offers."""
    return Candidate.objects.filter(wechat_openid_index__in=blind_indexes(openid))


def keep_bound(candidate: Candidate, *, before: dict[str, str]) -> None:
    """What a signal left out: the account the person bound, as long as phone and email are still the same.

    `before`: the addresses before the signal, by channel. Not saved.
    """
    if candidate.wechat_bound_at is None:
        return
    told_another = candidate.wechat_openid not in {"", before[Channel.WECHAT]}
    somebody_else = any(
        before[channel] and before[channel] != candidate.address_on(channel)
        for channel in (Channel.SMS, Channel.EMAIL)
    )
    if told_another or somebody_else:
        candidate.wechat_bound_at = candidate.wechat_told_at = None
        return
    candidate.wechat_openid = before[Channel.WECHAT]
    _put_first(candidate)


def _is_old_news(candidate: Candidate, told_at: datetime) -> bool:
    return candidate.wechat_told_at is not None and told_at < candidate.wechat_told_at


def _put_first(candidate: Candidate) -> None:
    others = [channel for channel in candidate.preferred_channels if channel != Channel.WECHAT]
    candidate.preferred_channels = [Channel.WECHAT.value, *others]


def _mark(candidate: Candidate, *, follows: bool, told_at: datetime | None) -> None:
    marks = {
        channel: why for channel, why in candidate.unusable_channels.items() if channel != Channel.WECHAT
    }
    candidate.unusable_channels = marks if follows else {**marks, Channel.WECHAT.value: DOES_NOT_FOLLOW}
    candidate.wechat_told_at = told_at or candidate.wechat_told_at


def _save(candidate: Candidate) -> None:
    candidate.save(
        update_fields=[
            "wechat_openid",
            "wechat_openid_index",
            "wechat_bound_at",
            "wechat_told_at",
            "unusable_channels",
            "preferred_channels",
        ]
    )
