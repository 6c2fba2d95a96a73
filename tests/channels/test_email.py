"""Mail over SMTP: the letter that arrives, kept connections, and what each answer of the server means."""

import re
from collections.abc import Iterator
from typing import ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from pytest_django import Settings

from hrnotify.processes import any_free_port
from notifications.channels import TRANSPORTS
from notifications.channels.base import Envelope, TransportError
from tests.channels.conftest import envelope
from tests.sandbox.running import Sandbox

EMAIL = TRANSPORTS["smtp"]
PERSON = "xm@example.com"
pytestmark = pytest.mark.usefixtures("no_kept_connection")


def error_of(sent: Envelope) -> TransportError:
    with pytest.raises(TransportError) as raised:
        EMAIL.send(sent)
    return raised.value


def headers_of(mail: dict[str, object]) -> dict[str, str]:
    headers = mail["headers"]
    assert isinstance(headers, dict)
    return {str(name).lower(): str(value) for name, value in headers.items()}


def test_a_letter_says_the_same_in_both_halves(sandbox: Sandbox) -> None:
    text = "王小明，您好：\n\n# 报到材料\n· 身份证"
    EMAIL.send(envelope(PERSON, text, link="https://hr.bank.example/n/key/"))
    [mail] = sandbox.messages(channel="email")
    assert (mail["to"], mail["subject"]) == (PERSON, "录用通知")
    assert mail["text"].replace("\r\n", "\n").strip() == "王小明，您好：\n\n报到材料\n· 身份证"
    assert "<li>身份证</li>" in mail["html"]
    assert 'href="https://hr.bank.example/n/key/"' in mail["html"]


def test_a_letter_names_itself_the_same_at_every_try_and_says_that_a_machine_wrote_it(
    sandbox: Sandbox,
) -> None:
    sent = envelope(PERSON)
    first, second = EMAIL.send(sent), EMAIL.send(sent)
    assert first == second
    headers = headers_of(sandbox.messages(channel="email")[0])
    assert headers["message-id"] == first.reference == f"<{sent.message_id}@bounce.bank.example>"
    assert headers["auto-submitted"] == "auto-generated"
    assert headers["from"] == "HR <hr@bank.example>"


def test_the_domain_of_the_sender_names_the_letter_where_none_is_set_aside_for_bounces(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.BOUNCE_DOMAIN = ""
    assert EMAIL.send(envelope(PERSON)).reference.endswith("@bank.example>")


def test_letters_share_one_connection(sandbox: Sandbox) -> None:
    before = sandbox.counts("email")["connections"]
    for _ in range(5):
        EMAIL.send(envelope(PERSON))
    assert sandbox.counts("email")["connections"] - before == 1


def test_a_refused_address_ends_the_message_and_not_the_connection(sandbox: Sandbox) -> None:
    before = sandbox.counts("email")["connections"]
    error = error_of(envelope("bounce@example.com"))
    assert (error.code, error.permanent, error.uncertain) == ("550", True, False)
    assert "bounce@" not in str(error)
    EMAIL.send(envelope(PERSON))
    assert sandbox.counts("email")["connections"] - before == 1


@pytest.mark.parametrize(("address", "code"), [("full@example.com", "452"), ("greylist@example.com", "451")])
def test_a_mailbox_that_takes_nothing_now_is_asked_again(sandbox: Sandbox, address: str, code: str) -> None:
    error = error_of(envelope(address))
    assert (error.code, error.permanent, error.uncertain) == (code, False, False)


def test_a_server_that_fails_for_now_is_asked_again(sandbox: Sandbox) -> None:
    sandbox.faults(fail_rate=1)
    error = error_of(envelope(PERSON))
    assert (error.code, error.permanent, error.uncertain) == ("451", False, False)


@pytest.mark.usefixtures("sandbox")
def test_a_server_that_is_away_has_taken_nothing(settings: Settings) -> None:
    settings.EMAIL_PORT = 9
    error = error_of(envelope(PERSON))
    assert (error.permanent, error.uncertain) == (False, False)


def test_a_server_that_never_answers_leaves_it_uncertain_and_the_next_letter_is_fine(
    sandbox: Sandbox, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    sandbox.faults(timeout_after_accept=1)
    sent = envelope(PERSON)
    assert error_of(sent).uncertain
    sandbox.faults(timeout_after_accept=0)
    EMAIL.send(sent)
    repeats = [headers_of(mail)["message-id"] for mail in sandbox.messages(channel="email")]
    assert len(set(repeats)) == 1


@pytest.mark.parametrize("subject", ["录用\nBcc: somebody@example.com", "录用\r\n\r\n<b>"])
def test_a_subject_can_neither_add_a_header_nor_begin_the_text(sandbox: Sandbox, subject: str) -> None:
    spiteful = Envelope(message_id=envelope(PERSON).message_id, to=PERSON, subject=subject, text="您好")
    EMAIL.send(spiteful)
    [mail] = sandbox.messages(channel="email")
    assert "bcc" not in headers_of(mail)
    assert mail["text"].strip() == "您好"
    assert " ".join(mail["subject"].split()) == " ".join(subject.split())


def test_a_mail_server_cannot_tell_that_a_letter_arrived() -> None:
    assert not EMAIL.tells_delivered


# --- What the server may be told of bounces -----------------------------------------------------
class Offering(SMTP):
    """A mail server that offers DSN, or not, and keeps the lines in which a mail was handed over."""

    lines: ClassVar[list[str]] = []
    offers = True

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802  aiosmtpd's names
        self.lines.append(arg)
        await super().smtp_MAIL(re.sub(r" (RET|ENVID)=\S+", "", arg))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        self.lines.append(arg)
        await super().smtp_RCPT(re.sub(r" (NOTIFY|ORCPT)=\S+", "", arg))


class Handler:
    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: object, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*answers[:-1], "250-DSN", *answers[-1:]] if Offering.offers else answers

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: object) -> str:  # noqa: N802
        return "250 OK"


class Serving(Controller):
    def factory(self) -> SMTP:
        return Offering(self.handler, enable_SMTPUTF8=True, hostname="localhost")


@pytest.fixture
def server(settings: Settings) -> Iterator[type[Offering]]:
    Offering.lines, Offering.offers = [], True
    controller = Serving(Handler(), hostname="127.0.0.1", port=any_free_port())
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    yield Offering
    controller.stop()


def test_a_server_that_offers_it_is_told_what_to_report_and_to_whom(server: type[Offering]) -> None:
    sent = envelope("xm+offer@example.com")
    EMAIL.send(sent)
    EMAIL.send(envelope(PERSON))
    first_from, first_to, second_from, second_to = server.lines
    assert "RET=HDRS" in first_from.split()
    assert f"ENVID={sent.message_id}" in first_from.split()
    assert first_to.split()[1:] == ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;xm+2Boffer@example.com"]
    assert f"ORCPT=rfc822;{PERSON}" in second_to
    assert first_from.split("ENVID=")[1] != second_from.split("ENVID=")[1]


def test_a_server_that_does_not_offer_it_is_told_nothing(server: type[Offering]) -> None:
    server.offers = False
    EMAIL.send(envelope(PERSON))
    assert not any(word in line for line in server.lines for word in ("RET", "ENVID", "NOTIFY", "ORCPT"))


def test_an_address_in_another_script_goes_out_in_the_form_that_every_server_knows(
    server: type[Offering],
) -> None:
    EMAIL.send(envelope("xm@例子.example"))
    assert server.lines[1].startswith("TO:<xm@xn--fsqu00a.example>")
    assert "ORCPT" not in server.lines[1]
