"""Names, phone numbers and ID numbers in the one form the system keeps them in."""

import re
import unicodedata

import phonenumbers
from stdnum.cn import ric

MIDDLE_DOTS = re.compile("[\u2022\u2027\u30fb\u00b7\uff65\u22c5\u2219.\uff0e]")


class IdentityError(ValueError):
    """A value that cannot be what it claims to be; the message says why, without the value."""


def normal_name(name: str) -> str:
    """NFC, single spaces, and between Chinese characters one sort of middle dot (U+00B7)."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if re.search("[\u3400-\u9fff\U00020000-\U0003ffff]", tidy):
        tidy = MIDDLE_DOTS.sub("\u00b7", tidy)
    return tidy


def normal_phone(text: str) -> str:
    """E.164, read as a mainland number where no country is given. Raises IdentityError."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise IdentityError("is not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise IdentityError("has too many or too few digits for a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_or_text(text: str) -> str:
    """What a search box holds, as a phone number where it is one."""
    try:
        return normal_phone(text)
    except IdentityError:
        return text.strip()


def normal_id_number(text: str) -> str:
    """An ID number in capitals, its check digit verified where it has one (GB 11643, MOD 11-2).

    Eighteen characters are a mainland ID card or a residence permit (81/82/83); anything shorter is taken for a
    passport. Raises IdentityError.
    """
    number = re.sub(r"\s", "", text).upper()
    if len(number) == 18:
        _verify_check_digit(number)
    elif not re.fullmatch(r"[A-Z0-9]{5,17}", number):
        raise IdentityError("is neither an 18-character ID number nor a passport number")
    return number


def _verify_check_digit(number: str) -> None:
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise IdentityError("must be 17 digits and a digit or X")
    if ric.calc_check_digit(number) != number[-1]:
        raise IdentityError("has a wrong check digit")


def masked_phone(phone: str) -> str:
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) > 8 else "****"


def masked_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}" if domain else ""


def masked_id_number(number: str) -> str:
    return f"{number[:3]}***********{number[-4:]}" if len(number) > 7 else "****"
