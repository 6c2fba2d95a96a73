"""Our mails as bytes: what a mail client reads in them is what was put in."""

import re
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.core.mail.message import sanitize_address
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.email.mime import header_address, header_text, mail_bytes, wire_address

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)


def read(
    *, subject: str = "x", sender: str = "hr@bank.example", text: str = "", html: str = ""
) -> EmailMessage:
    headers = {"From": header_address(sender), "To": "xm@example.com", "Subject": header_text(subject)}
    raw = mail_bytes(headers=headers, text=text, html=html, boundary="=boundary=")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message_from_bytes(raw, policy=default)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body
    return str(body.get_content())


@given(subject=words)
def test_a_subject_of_any_letters_arrives_as_it_was_written(subject: str) -> None:
    printable = "".join(letter if letter.isprintable() else " " for letter in subject).strip()
    assert " ".join(str(read(subject=subject)["Subject"]).split()) == " ".join(printable.split())


@given(text=words, html=words)
def test_both_halves_arrive_as_they_were_written(text: str, html: str) -> None:
    mail = read(text=f"{text}\n{text}", html=html)
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain").replace("\r\n", "\n") == f"{text}\n{text}"
    assert part(mail, "html") == html


@pytest.mark.parametrize("breaking", ["\n", "\r\n", "\r", "\x00", "\u2028", "\x0b"])
def test_no_line_break_in_a_subject_makes_a_header(breaking: str) -> None:
    mail = read(subject=f"通知{breaking}Bcc: stranger@example.com")
    assert mail["Bcc"] is None
    assert str(mail["Subject"]) == "通知 Bcc: stranger@example.com".replace(
        " ", " " * len(breaking.rstrip("x")), 1
    )


def test_a_text_that_looks_encoded_is_not_decoded() -> None:
    assert str(read(subject="=?utf-8?b?5oG2?=")["Subject"]) == "=?utf-8?b?5oG2?="


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("hr@bank.example", ""),
        ("HR <hr@bank.example>", "HR"),
        ('"Bank, HR" <hr@bank.example>', "Bank, HR"),
        ("海岳银行人力资源部 <hr@bank.example>", "海岳银行人力资源部"),
    ],
)
def test_the_sender_keeps_name_and_address(sender: str, name: str) -> None:
    [address] = read(sender=sender)["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "hr@bank.example")


@given(st.emails())
def test_an_address_goes_out_as_django_would_write_it(address: str) -> None:
    assert wire_address(address) == sanitize_address(address, "utf-8")


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "a b@c.example", "Name <a@b.example>", "a@-b.example\0", "a@b.example, c@d"],
)
def test_what_is_no_bare_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        wire_address(address)


@given(words)
def test_whatever_stands_for_an_address_stays_one_line(text: str) -> None:
    with suppress(ValueError):
        assert re.fullmatch(r"[!-~]+", wire_address(f"{text}@example.com"))
