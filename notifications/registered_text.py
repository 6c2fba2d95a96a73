"""Text messages as a carrier registers them: one fixed text that leaves values open as `${name}`.

What is registered is headquarters' text as the composer runs its lines together, without the signature, which the
carrier puts before it. Of the way to the candidate's page the address is part of the text and the code a value: an
address cannot be one. No line can go, as it does in a text of ours when its values are empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from candidates.models import Channel
from notifications.compose import NO_SIGNATURE, Value, compose, inline, placeholders, single_braces
from notifications.way_in import fixed_way_in

ANSWER_AT, ANSWER_CODE = "answer_at", "answer_code"
VARIABLE = re.compile(r"\$\{(\w+)\}")
SHOWN_AROUND = 12  # characters before and after a difference


def text_to_register(text: str, *, language: str) -> str:
    """An SMS text of headquarters' in the form in which a carrier registers it."""
    values: dict[str, Value] = {name: variable(name) for name in placeholders(text)}
    if ANSWER_AT in values:
        values[ANSWER_AT] = fixed_way_in(variable(ANSWER_CODE), language=language)
    composed = compose(text, values, channel=Channel.SMS, language=language)
    signature = compose("", values, channel=Channel.SMS, language=language)
    return composed.removeprefix(signature).strip()


def variable(name: str) -> str:
    return f"${{{name}}}"


def values_for(registered: str, values: Mapping[str, Value], *, language: str) -> dict[str, str]:
    """What the text leaves open, by name, each as it would stand in a text of ours; "" for what is not known."""
    names = dict.fromkeys(VARIABLE.findall(registered))
    return {name: _as_value(values.get(name, ""), language) for name in names}


def _as_value(value: Value, language: str) -> str:
    return single_braces(inline(value, language).translate(NO_SIGNATURE))


def as_read(registered: str, values: Mapping[str, str], *, signature: str) -> str:
    """The text with its values put in, behind the signature, as it stands on the phone."""
    return f"【{signature}】" + VARIABLE.sub(lambda found: values.get(found[1], ""), registered)


def first_difference(ours: str, theirs: str) -> tuple[str, str] | None:
    """What stands in either text where they begin to differ; None where they say the same."""
    ours, theirs = _on_one_line(ours), _on_one_line(theirs)
    if ours == theirs:
        return None
    pairs = zip(ours, theirs, strict=False)
    at = next((i for i, (own, other) in enumerate(pairs) if own != other), min(len(ours), len(theirs)))
    around = slice(max(at - SHOWN_AROUND, 0), at + SHOWN_AROUND)
    return ours[around], theirs[around]


def _on_one_line(text: str) -> str:
    """A text copied out of a console may have been broken into lines, or end in one."""
    return " ".join(text.split())
