"""What happened to offers, told in a few words for the dashboard's tests."""

from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from branches.models import User
from candidates.models import Channel, Offer, OfferState
from notifications.channels import TRANSPORTS
from notifications.models import Attempt, Message, Receipt, TemplateVersion
from notifications.states import State
from tracking.models import Event, Kind
from tracking.record import record

TOKEN = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
CARRIERS = {transport.channel: transport.name for transport in TRANSPORTS.values()}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="branches.permissions.RoleBackend")
    return client


def happened(offer: Offer, kind: Kind, *, at: datetime | None = None, **facts: object) -> None:
    record([Event(offer=offer, kind=kind, at=at or timezone.now(), **facts)])


def sent(
    offer: Offer,
    *,
    channel: Channel = Channel.SMS,
    state: State = State.ACCEPTED,
    code: str = "",
    version: TemplateVersion | None = None,
) -> Message:
    """A pass notice that went out on a channel, and became `state` by the carrier's report."""
    now = timezone.now()
    message = Message.objects.create(
        offer=offer,
        share_of=offer.branch,
        purpose="pass_notice",
        channel=channel,
        state=state,
        due_at=now,
        tries=1,
        version=version,
        language="zh-hans",
        subject="录用通知" if channel == Channel.EMAIL else "",
        text=f"【海岳银行】恭喜您被录用。\n请确认：http://testserver/n/{TOKEN}/",
        provider=CARRIERS[channel],
        reference=f"ref-{offer.pk}-{channel}",
        error_code=code,
        first_sent_at=now,
        accepted_at=now,
        delivered_at=now if state == State.DELIVERED else None,
    )
    _tell(message, Kind.ACCEPTED, now, "pass_notice")
    Attempt.objects.create(
        message=message, provider=message.provider, at=now, milliseconds=180, outcome=State.ACCEPTED
    )
    if state != State.ACCEPTED:
        _report(message, state, code)
    return message


def _report(message: Message, state: State, code: str) -> None:
    word = "delivered" if state == State.DELIVERED else "undelivered"
    Receipt.objects.create(
        provider=message.provider, key=str(message.pk), message=message, word=word, outcome=state, code=code
    )
    kind = Kind.DELIVERED if state == State.DELIVERED else Kind.FAILED
    _tell(message, kind, timezone.now() + timedelta(seconds=1), code)


def _tell(message: Message, kind: Kind, at: datetime, detail: str) -> None:
    happened(message.offer, kind, at=at, channel=message.channel, message_id=message.pk, detail=detail)


def confirmed(offer: Offer) -> None:
    offer.state = OfferState.CONFIRMED
    offer.save()
    happened(offer, Kind.OPENED, channel=Channel.SMS, actor="candidate")
    happened(offer, Kind.CONFIRMED, channel=Channel.SMS, actor="candidate")


def unreachable(offer: Offer) -> None:
    sent(offer, state=State.UNDELIVERED, code="30005")
    happened(offer, Kind.UNREACHABLE, detail="pass_notice")
