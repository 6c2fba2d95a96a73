"""What a mail to the bounce address says of a mail of ours: given up, still being tried, or nothing at all.

Delivery status notifications (RFC 3464) are read by the standard library; what mail servers wrote before them, or
write beside them, by flufl.bounce. Auto-replies (RFC 3834), receipts of reading (RFC 8098) and complaints (RFC 5965)
come to the same address and are no bounces.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import parseaddr
from hashlib import sha256
from uuid import UUID

import structlog
from flufl.bounce import all_failures

from notifications.channels.base import ParsedReceipt
from notifications.states import State

log = structlog.get_logger(__name__)

PROVIDER = "smtp"
# The returned mail stands last; of a long one the beginning is enough.
READ_BYTES = 256 * 1024
KEPT_CHARACTERS = 4000
OUTCOMES = {
    "failed": State.BOUNCED,
    # A server that still tries has the mail, and so have we its acceptance; nothing else is changed by it.
    "delayed": State.ACCEPTED,
    "relayed": State.ACCEPTED,
    "expanded": State.ACCEPTED,
    "delivered": State.DELIVERED,
}
BY_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}
# Kept for people to see, without moving the message.
COMPLAINT, UNREAD = "complaint", "unread"
NO_REASON = "bounced"

IDENTITY = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ENVELOPE = re.compile(rf"^Original-Envelope-Id:\s*({IDENTITY})", re.IGNORECASE | re.MULTILINE)
VERP = re.compile(rf"bounce\+({IDENTITY})@", re.IGNORECASE)
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
ENHANCED = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?!\.?\d)")  # RFC 3463
REPLY = re.compile(r"(?<![\d.])[45][0-5]\d(?![\d.])")  # RFC 5321, 4.2
# flufl.bounce takes the form of a server's warning for that of its bounce.
STILL_TRIED = re.compile(
    r"warning message only|(still being|will be) retried|(keep|continue) trying|no action is required",
    re.IGNORECASE,
)
MAIL_SERVERS = {"mailer-daemon", "postmaster", "mail-daemon", "mdaemon"}
# Besides UTF-8 and what reads as such. Not whatever codec a mail names: Python has some that are no character sets.
CHARSETS = {"gb2312", "gbk", "gb18030", "big5"}
AUTO_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse")


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of our mail, in RFC 3464's words; the code is an enhanced status or an SMTP reply."""

    word: str
    code: str = ""
    text: str = ""


def read(raw: bytes, *, domain: str) -> list[ParsedReceipt]:
    """Receipts out of one mail as it came; none for whatever is no report about a mail of ours. Never raises.

    `domain`: that of our Message-IDs.
    """
    raw = raw[:READ_BYTES]
    try:
        mail = message_from_bytes(raw)
    except RecursionError:  # parts within parts without end
        log.warning("bounce_unreadable")
        return []
    message_id = _message_id(mail, raw, domain=domain)
    # Of mails that are not known to be ours, only what says clearly that one failed is worth keeping.
    return [_receipt(finding, message_id, raw) for finding in _findings(mail) if message_id or finding.code]


def _receipt(finding: Finding, message_id: UUID | None, raw: bytes) -> ParsedReceipt:
    """The same report by whatever way and however often it comes has the same key."""
    about = str(message_id) if message_id else sha256(raw).hexdigest()
    return ParsedReceipt(
        provider=PROVIDER,
        key=f"{about}:{finding.word}:{finding.code}"[:200],
        word=finding.word[:100],
        outcome=OUTCOMES.get(finding.word, ""),
        message_id=message_id,
        code=finding.code[:50],
        raw=finding.text[:KEPT_CHARACTERS],
    )


# --- Which mail of ours -------------------------------------------------------------------------
def _message_id(mail: Mail, raw: bytes, *, domain: str) -> UUID | None:
    """By the address it came to (VERP), else by the envelope's id, or by the mail that came back itself."""
    own = re.compile(rf"<({IDENTITY})@{re.escape(domain)}>", re.IGNORECASE)
    addressed = " ".join(_header(mail, name) for name in ADDRESSED)
    whole = raw.decode("latin-1")
    found = VERP.search(addressed) or ENVELOPE.search(whole) or own.search(whole) or VERP.search(whole)
    return UUID(found[1]) if found else None


# --- What it says -------------------------------------------------------------------------------
def _findings(mail: Mail) -> list[Finding]:
    parts = list(_parts(mail))
    kinds = {part.get_content_type() for part in parts}
    if "message/feedback-report" in kinds:
        return [Finding(COMPLAINT, text=_words(parts))]
    reported = [finding for part in parts for finding in _status_report(part)]
    if reported:
        return reported
    if "message/disposition-notification" in kinds or _is_auto_reply(mail):
        log.info("mail_is_no_bounce", kind="auto-reply")
        return []
    return _guessed(mail, _words(parts))


def _parts(mail: Mail) -> Iterator[Mail]:
    """The mail and its own parts, not those of a mail it brings back."""
    yield mail
    children = mail.get_payload() if mail.get_content_maintype() == "multipart" else []
    for child in children if isinstance(children, list) else []:
        if isinstance(child, Mail):
            yield from _parts(child)


def _status_report(part: Mail) -> Iterator[Finding]:
    """One finding per recipient the report names."""
    blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Mail) and (word := _action(block)):
            yield Finding(word, _code(block), _as_text(block))


def _action(block: Mail) -> str:
    """RFC 3464's word; some servers add remarks to it, leave it out, or say "error"."""
    word = _header(block, "Action").strip().lower()
    if word.startswith(("fail", "error")):
        return "failed"
    status = ENHANCED.search(_header(block, "Status"))
    known = next((action for action in OUTCOMES if word.startswith(action)), "")
    return known or "".join(word.split()[:1]) or (BY_CLASS[status[1]] if status else "")


def _code(block: Mail) -> str:
    """The status; where it is as general as 5.0.0, what the other server answered says more."""
    status, diagnosis = ENHANCED.search(_header(block, "Status")), _header(block, "Diagnostic-Code")
    if status and not status[0].endswith(".0.0"):
        return status[0]
    return code_in(diagnosis) or (status[0] if status else NO_REASON)


def code_in(text: str, first: str = "45") -> str:
    """The first enhanced status in a text, else the first SMTP reply, that begins with one of `first`."""
    found = [match[0] for pattern in (ENHANCED, REPLY) for match in pattern.finditer(text)]
    return next((code for code in found if code[0] in first), "")


def _is_auto_reply(mail: Mail) -> bool:
    """Mail servers mark their bounces as automatic too; they are told apart by who they are."""
    if _is_from_mail_server(mail):
        return False
    submitted = _header(mail, "Auto-Submitted").strip().lower()
    precedence = _header(mail, "Precedence").strip().lower()
    return (
        (submitted != "" and not submitted.startswith("no"))
        or precedence in {"auto_reply", "auto-reply"}
        or any(name in mail for name in AUTO_REPLY_HEADERS)
    )


def _is_from_mail_server(mail: Mail) -> bool:
    sender = parseaddr(_header(mail, "From"))[1].partition("@")[0].lower()
    return sender in MAIL_SERVERS or "X-Failed-Recipients" in mail


def _guessed(mail: Mail, words: str) -> list[Finding]:
    """Bounces in a server's own form. What a server sends and nobody understands is kept for people to read."""
    try:
        delayed, failed = all_failures(mail)
    except Exception as error:
        # Detectors for twenty servers' habits, let loose on whatever somebody mails us.
        log.exception("bounce_detector_failed", error=type(error).__name__)
        delayed, failed = frozenset(), frozenset()
    if failed and not STILL_TRIED.search(words):
        return [Finding("failed", code_in(words, "5") or NO_REASON, words)]
    if failed or delayed:
        return [Finding("delayed", code_in(words, "4"), words)]
    if _is_from_mail_server(mail):
        return [Finding(UNREAD, text=words)]
    log.info("mail_is_no_bounce", kind="other")
    return []


# --- Text out of mails that may be broken -------------------------------------------------------
def _header(mail: Mail, name: str) -> str:
    return _clean(str(mail.get(name, "")))


def _as_text(block: Mail) -> str:
    return "\n".join(f"{name}: {_clean(str(value))}" for name, value in block.items())


def _words(parts: list[Mail]) -> str:
    """The first text a person would read."""
    return next((_text(part) for part in parts if part.get_content_type() == "text/plain"), "")


def _text(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_content_charset() or "")
    return _clean(payload.decode(charset if charset in CHARSETS else "utf-8", "replace"))


def _clean(text: str) -> str:
    """What a database can hold: bytes the parser smuggled through as surrogates become a replacement character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "�")
