"""Mails that come back to the sender: bounces old and new, delay notices, auto-replies, complaints.

Sources: RFC 3464 (delivery status), RFC 3834 (auto-replies), RFC 5965 (feedback reports); qmail's own form of a bounce
as D. J. Bernstein's QSBMF describes it.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate

HOST = "mx.sandbox.localhost"
DAEMON = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"

NOBODY = {"", "<>"}  # the return path of what must not be answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The mail somebody had sent: its return path, its recipient, and its header lines."""

    sender: str
    to: str
    header: str


def mail_back(returned: Returned) -> tuple[str, bytes] | None:
    """What comes back for this recipient, and its kind; None where nothing does, as for a mail without a sender."""
    if returned.sender in NOBODY:
        return None
    local = returned.to.lower()
    kind = next((kind for kind in FORMS if local.startswith(kind)), "")
    return (kind, FORMS[kind](returned)) if kind else None


def header_of(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    return text.partition("\n\n")[0]


def undeliverable(returned: Returned) -> bytes:
    return status_report(
        returned,
        subject="Undelivered Mail Returned to Sender",
        action="failed",
        status="5.1.1",
        diagnosis=f"smtp; 550 5.1.1 <{returned.to}>: Recipient address rejected: User unknown",
    )


def delayed(returned: Returned) -> bytes:
    return status_report(
        returned,
        subject="Delayed Mail (still being retried)",
        action="delayed",
        status="4.4.1",
        diagnosis="smtp; connect to the mail exchanger: Connection timed out",
    )


def status_report(returned: Returned, *, subject: str, action: str, status: str, diagnosis: str) -> bytes:
    report = (
        f"Reporting-MTA: dns; {HOST}\nArrival-Date: {formatdate(localtime=True)}\n\n"
        f"Final-Recipient: rfc822; {returned.to}\nOriginal-Recipient: rfc822;{returned.to}\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {diagnosis}\n"
    )
    parts = {
        "text/plain; charset=us-ascii": f"This is the mail system at host {HOST}.\n\n<{returned.to}>: {diagnosis}\n",
        "message/delivery-status": report,
        "text/rfc822-headers": returned.header + "\n",
    }
    head = {"From": DAEMON, "Subject": subject, "Auto-Submitted": "auto-replied"}
    return multipart_report(returned, head=head, kind="delivery-status", parts=parts)


def old_bounce(returned: Returned) -> bytes:
    """No status, no parts, only words: as qmail still writes it."""
    words = (
        f"Hi. This is the qmail-send program at {HOST}.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{returned.to}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\n{returned.header}\n"
    )
    return letter(returned, head={"From": f"MAILER-DAEMON@{HOST}", "Subject": "failure notice"}, body=words)


def away(returned: Returned) -> bytes:
    head = {"From": returned.to, "Subject": "Out of office", "Auto-Submitted": "auto-replied (vacation)"}
    return letter(returned, head=head, body="I am away until Monday.\n")


def complaint(returned: Returned) -> bytes:
    parts = {
        "text/plain; charset=us-ascii": "This is an email abuse report.\n",
        "message/feedback-report": "Feedback-Type: abuse\nUser-Agent: Sandbox/1\nVersion: 1\n",
        "text/rfc822-headers": returned.header + "\n",
    }
    head = {"From": f"Abuse desk <feedback@{HOST}>", "Subject": "FW: complaint"}
    return multipart_report(returned, head=head, kind="feedback-report", parts=parts)


FORMS: Mapping[str, Callable[[Returned], bytes]] = {
    "undeliverable": undeliverable,
    "oldbounce": old_bounce,
    "delayed": delayed,
    "away": away,
    "complains": complaint,
}


def multipart_report(
    returned: Returned, *, head: Mapping[str, str], kind: str, parts: Mapping[str, str]
) -> bytes:
    mark = secrets.token_hex(12)
    body = "".join(f"--{mark}\nContent-Type: {name}\n\n{text}\n" for name, text in parts.items())
    kind_of = f'multipart/report; report-type={kind}; boundary="{mark}"'
    return letter(
        returned, head={**head, "MIME-Version": "1.0", "Content-Type": kind_of}, body=f"{body}--{mark}--\n"
    )


def letter(returned: Returned, *, head: Mapping[str, str], body: str) -> bytes:
    lines = {
        "Return-Path": "<>",
        "Date": formatdate(localtime=True),
        "Message-ID": f"<{secrets.token_hex(8)}@{HOST}>",
        "To": returned.sender,
        **head,
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items()) + "\n" + body
    return text.replace("\n", "\r\n").encode()
