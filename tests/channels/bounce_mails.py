"""Mails as they come to the bounce address, in the forms that mail servers, people and abuse desks write."""

from uuid import UUID

DOMAIN = "bounce.bank.example"
HEADERS = "multipart/report; report-type={kind}; boundary=b"


def mail(body: str, **headers: str) -> bytes:
    """Header names with underscores for hyphens."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{lines}\r\n{body}".replace("\r\n", "\n").replace("\n", "\r\n").encode()


def verp(message_id: UUID) -> str:
    return f"bounce+{message_id}@{DOMAIN}"


def status_report(
    to: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnosis: str = "smtp; 550 5.1.1 User unknown",
    returned: str = "Subject: x",
    words: str = "The mail could not be delivered.",
) -> bytes:
    """RFC 3464, as Postfix writes it; fields that are empty are left out."""
    fields = {"Action": action, "Status": status, "Diagnostic-Code": diagnosis}
    block = "\n".join(f"{name}: {value}" for name, value in fields.items() if value)
    body = (
        f"--b\nContent-Type: text/plain\n\n{words}\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        f"Final-Recipient: rfc822; xm@example.com\n{block}\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\n\nThe text.\n--b--\n"
    )
    return mail(
        body,
        Return_Path="<>",
        From="MAILER-DAEMON@mx.example.com (Mail Delivery System)",
        To=to,
        Subject="Undelivered Mail Returned to Sender",
        Auto_Submitted="auto-replied",
        Content_Type=HEADERS.format(kind="delivery-status"),
    )


def qmail(to: str, *, returned: str = "Subject: x") -> bytes:
    body = (
        "Hi. This is the qmail-send program at mx.example.com.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<xm@example.com>:\n192.0.2.1 does not like recipient.\n"
        "Remote host said: 550 5.1.1 No such user\nGiving up on 192.0.2.1.\n\n"
        f"--- Below this line is a copy of the message.\n\n{returned}\n"
    )
    return mail(body, Return_Path="<>", From="MAILER-DAEMON@mx.example.com", To=to, Subject="failure notice")


def exim(to: str, *, returned: str = "Subject: x") -> bytes:
    """Marked as an automatic reply, which it is not."""
    body = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its recipients.\n"
        "This is a permanent error. The following address(es) failed:\n\n"
        "  xm@example.com\n    SMTP error from remote mail server after RCPT TO:<xm@example.com>:\n"
        "    host mx.example.com [192.0.2.1]: 550 no such mailbox\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{returned}\n"
    )
    return mail(
        body,
        Return_Path="<>",
        X_Failed_Recipients="xm@example.com",
        Auto_Submitted="auto-replied",
        From="Mail Delivery System <Mailer-Daemon@mx.example.com>",
        To=to,
        Subject="Mail delivery failed: returning message to sender",
    )


def sendmail_warning(to: str) -> bytes:
    body = (
        "    **********************************************\n"
        "    **      THIS IS A WARNING MESSAGE ONLY      **\n"
        "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n"
        "    **********************************************\n\n"
        "The original message was received at Mon, 1 Dec 2025 09:00:00 +0800\nfrom mail.bank.example [192.0.2.9]\n\n"
        "   ----- The following addresses had transient non-fatal errors -----\n<xm@example.com>\n\n"
        "   ----- Transcript of session follows -----\n"
        "<xm@example.com>... Deferred: Connection timed out with mx.example.com.\n"
    )
    return mail(
        body,
        From="Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>",
        To=to,
        Subject="Warning: could not send message for past 4 hours",
    )


def auto_reply(to: str, **headers: str) -> bytes:
    return mail(
        "我正在休假，周一回来。",
        **{"From": "xm@example.com", "To": to, "Subject": "自动回复：录用通知", **headers},
    )


def complaint(to: str, *, message_id: UUID) -> bytes:
    body = (
        "--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{message_id}@{DOMAIN}>\n\nThe text.\n--b--\n"
    )
    return mail(
        body,
        From="feedback@mx.example.com",
        To=to,
        Subject="FW: complaint",
        Content_Type=HEADERS.format(kind="feedback-report"),
    )


def reading_receipt(to: str) -> bytes:
    body = (
        "--b\nContent-Type: text/plain\n\nYour mail was displayed.\n"
        "--b\nContent-Type: message/disposition-notification\n\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    return mail(
        body,
        From="xm@example.com",
        To=to,
        Subject="Read: offer",
        Content_Type=HEADERS.format(kind="disposition-notification"),
    )
