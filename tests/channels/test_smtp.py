"""A mail's dialogue with a server that takes commands together: two exchanges, and every refusal understood."""

import smtplib
import threading
from collections.abc import Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from pytest_django import Settings

from notifications.channels import TRANSPORTS
from notifications.channels.base import TransportError
from notifications.channels.email import smtp
from tests.channels.conftest import envelope

EMAIL = TRANSPORTS["smtp"]
PERSON = "xm@example.com"
ALL_WELL = ("250 OK", "250 OK", "354 Go on", "250 Queued")
pytestmark = pytest.mark.usefixtures("no_kept_connection")


class Server(ThreadingTCPServer):
    """Answers MAIL, RCPT and DATA only once it has all three, so that nobody is served who sends them singly.

    `mails`: for each mail the replies to the three commands and to what follows DATA; well for those not named.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.mails: list[tuple[str, ...]] = []
        self.offers = ["PIPELINING", "SIZE 1000000"]
        self.heard: list[str] = []
        self.texts: list[bytes] = []
        self.connections = 0


class Dialogue(StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.connections += 1
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            self.server.heard.append(line)
            verb = line[:4].upper()
            if verb == "EHLO":
                self.say("\r\n".join(["250-test", *(f"250-{one}" for one in self.server.offers), "250 HELP"]))
            elif verb == "DATA":
                if not self.take():
                    return
            elif verb not in {"MAIL", "RCPT"}:
                self.say("221 bye" if verb == "QUIT" else "250 OK")

    def take(self) -> bool:
        """Whether the connection stays."""
        *replies, last = self.server.mails.pop(0) if self.server.mails else ALL_WELL
        self.say("\r\n".join(replies))
        if any(reply.startswith("421") for reply in replies):
            return False
        if replies[-1].startswith("354"):
            self.read_text()
            self.say(last)
        return not last.startswith("421")

    def read_text(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        self.server.texts.append(b"".join(lines))

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = (
        "127.0.0.1",
        server.server_address[1],
        5,
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def error_of(to: str = PERSON) -> TransportError:
    with pytest.raises(TransportError) as raised:
        EMAIL.send(envelope(to))
    return raised.value


def commands(server: Server) -> list[str]:
    return [line[:4].upper() for line in server.heard]


def test_a_mail_s_commands_are_sent_together(server: Server) -> None:
    EMAIL.send(envelope(PERSON))
    EMAIL.send(envelope(PERSON))
    assert commands(server) == ["EHLO", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA"]
    assert len(server.texts) == 2
    assert f"SIZE={len(server.texts[0])}" in server.heard[1].split()
    assert server.heard[2] == f"RCPT TO:<{PERSON}>"


def test_a_server_that_also_offers_reports_is_told_what_to_report(server: Server) -> None:
    server.offers.append("DSN")
    sent = envelope(PERSON)
    EMAIL.send(sent)
    assert {"RET=HDRS", f"ENVID={sent.message_id}"} <= set(server.heard[1].split())
    assert "NOTIFY=FAILURE,DELAY" in server.heard[2].split()


@pytest.mark.parametrize(
    ("replies", "code", "permanent"),
    [
        (("250 OK", "550 5.1.1 nobody", "503 no recipient", "-"), "550", True),
        (("250 OK", "550 5.1.1 nobody", "354 Go on", "554 no recipient"), "550", True),
        (("250 OK", "452 full", "503 no recipient", "-"), "452", False),
        (("530 log in", "503 no sender", "503 no sender", "-"), "530", False),
        (("451 later", "503 no sender", "354 Go on", "554 no sender"), "451", False),
        (("250 OK", "250 OK", "554 no", "-"), "554", True),
        (("250 OK", "251 forwarded", "354 Go on", "552 too large"), "552", True),
        (("250 OK", "250 OK", "354 Go on", "451 later"), "451", False),
    ],
)
def test_a_refusal_of_any_command_ends_this_mail_only(
    server: Server, replies: tuple[str, ...], code: str, permanent: bool
) -> None:
    server.mails.append(replies)
    error = error_of()
    assert (error.code, error.permanent, error.uncertain) == (code, permanent, False)
    sent = len(server.texts)
    EMAIL.send(envelope(PERSON))
    assert len(server.texts) == sent + 1
    assert server.connections == 1


def test_nothing_of_a_mail_is_sent_after_its_recipient_was_refused(server: Server) -> None:
    server.mails.append(("250 OK", "550 5.1.1 nobody", "354 Go on", "554 no recipient"))
    error_of()
    assert server.texts == [b""]


@pytest.mark.parametrize(
    "replies",
    [
        ("421 closing", "421 closing", "421 closing", "-"),
        ("250 OK", "421 closing", "503 no recipient", "-"),
        ("250 OK", "250 OK", "354 Go on", "421 closing"),
    ],
)
def test_a_server_that_says_goodbye_is_asked_again_on_a_new_connection(
    server: Server, replies: tuple[str, ...]
) -> None:
    server.mails.append(replies)
    error = error_of()
    assert (error.code, error.permanent, error.uncertain) == ("421", False, False)
    EMAIL.send(envelope(PERSON))
    assert server.connections == 2


def test_a_line_that_begins_with_a_dot_does_not_end_the_mail(server: Server) -> None:
    host, port = server.server_address[:2]
    with smtplib.SMTP(str(host), int(port), timeout=5) as connection:
        smtp.hand_over(connection, b"A: b\r\n\r\n.\r\n..x\r\n", sender="hr@bank.example", to=PERSON)
    assert server.texts == [b"A: b\r\n\r\n..\r\n...x\r\n"]


@pytest.mark.parametrize("to", ["nobody", "", "a b@example.com", "a@b@c", "xm@" + "x" * 70 + ".com"])
def test_what_is_no_address_is_asked_of_nobody(server: Server, to: str) -> None:
    error = error_of(to)
    assert (error.code, error.permanent) == ("5.1.3", True)
    assert server.connections == 0
