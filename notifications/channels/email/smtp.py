"""One mail's dialogue with a mail server: two exchanges where it takes commands together, else four.

Sources: RFC 5321; RFC 2920 (PIPELINING); RFC 1870 (SIZE).
"""

import smtplib
from collections.abc import Sequence
from contextlib import suppress

Reply = tuple[int, bytes]
CLOSING, GO_ON = 421, 354
TAKEN = {250, 251}


def hand_over(
    server: smtplib.SMTP,
    mail: bytes,
    *,
    sender: str,
    to: str,
    mail_options: Sequence[str] = (),
    recipient_options: Sequence[str] = (),
) -> None:
    """Raises what `smtplib` raises. `mail`: all its lines end in CRLF; `sender`, `to`: bare addresses in ASCII."""
    server.ehlo_or_helo_if_needed()
    if not server.has_extn("pipelining"):
        server.sendmail(sender, to, mail, mail_options, recipient_options)
        return
    size = [f"SIZE={len(mail)}"] if server.has_extn("size") else []
    replies = _together(
        server,
        " ".join([f"MAIL FROM:<{sender}>", *size, *mail_options]),
        " ".join([f"RCPT TO:<{to}>", *recipient_options]),
        "DATA",
    )
    if refusal := _refusal(replies, sender=sender, to=to):
        _call_off(server, replies)
        raise refusal
    _text(server, mail)


def _together(server: smtplib.SMTP, *commands: str) -> list[Reply]:
    server.send("".join(f"{command}\r\n" for command in commands))
    return [server.getreply() for _ in commands]


def _refusal(replies: list[Reply], *, sender: str, to: str) -> smtplib.SMTPException | None:
    """The first one: what follows it is only its consequence."""
    sender_reply, recipient_reply, data_reply = replies
    if sender_reply[0] not in TAKEN:
        return smtplib.SMTPSenderRefused(*sender_reply, sender)
    if recipient_reply[0] not in TAKEN:
        return smtplib.SMTPRecipientsRefused({to: recipient_reply})
    return None if data_reply[0] == GO_ON else smtplib.SMTPDataError(*data_reply)


def _call_off(server: smtplib.SMTP, replies: list[Reply]) -> None:
    """Nothing of the mail is left with the server, which is ready for the next one, or the connection is closed."""
    if any(code == CLOSING for code, _ in replies):
        server.close()
        return
    # The refusal is what counts; that the connection broke after it shows in its socket.
    with suppress(smtplib.SMTPServerDisconnected):
        if replies[-1][0] == GO_ON:
            # It went into the mail's text all the same; nobody is left to get one, so it ends here (RFC 2920, 3.1).
            _together(server, ".")
        server.rset()


def _text(server: smtplib.SMTP, mail: bytes) -> None:
    # The first line is a header's, so that none before it could begin with a dot.
    server.send(mail.replace(b"\n.", b"\n..") + b".\r\n")
    code, said = server.getreply()
    if code == CLOSING:
        server.close()
    if code != 250:
        raise smtplib.SMTPDataError(code, said)
