"""The rows of the content page, made from what was posted, else from what is stated.

Every name a form posts begins with its row: `v-<field>-<n>-` for a text, `p-<paper>-<n>-` for a paper. Row 0 of a field
is the text for everybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import QueryDict

from dashboard.content_forms import PaperForm, ValueForm
from dashboard.content_rows import PaperRow, ValueRow
from notifications.condition_form import KnownValues
from notifications.local_content import PAPER_FACTS, digest
from notifications.models import LocalField, LocalPaper, LocalValue

ROW = re.compile(r"(?P<kind>[vp])-(?P<key>[-\w]+)-(?P<number>\d{1,3})-(?P<part>[a-z_-]+)")


def posted_rows(data: QueryDict, kind: str) -> dict[str, list[int]]:
    """By key the numbers of the rows that were posted."""
    found: dict[str, set[int]] = {}
    for name in data:
        row = ROW.fullmatch(name)
        if row and row["kind"] == kind:
            found.setdefault(row["key"], set()).add(int(row["number"]))
    return {key: sorted(numbers) for key, numbers in found.items()}


def value_rows(
    of: LocalField,
    stated: Sequence[LocalValue],
    *,
    data: QueryDict | None,
    numbers: Iterable[int],
    adding: bool,
    known: KnownValues,
) -> list[ValueRow]:
    """A field's rows: as posted, else as stated; with `adding`, one more for some candidates."""
    if data is not None and (posted := list(numbers)):
        rows = [_value_row(of, number, known, data=data) for number in posted]
    else:
        rows = list(_value_rows_as_stated(of, stated, known))
    if adding:
        rows.append(_value_row(of, max((row.number for row in rows), default=0) + 1, known))
    return rows


def _value_rows_as_stated(
    of: LocalField, stated: Sequence[LocalValue], known: KnownValues
) -> Iterator[ValueRow]:
    everybody = next((one for one in stated if not one.condition), None)
    yield _value_row(of, 0, known, stated=everybody)
    for number, one in enumerate((one for one in stated if one.condition), start=1):
        yield _value_row(of, number, known, stated=one)


def _value_row(
    of: LocalField,
    number: int,
    known: KnownValues,
    *,
    data: QueryDict | None = None,
    stated: LocalValue | None = None,
) -> ValueRow:
    initial = _initial(stated, ("value", "value_en"))
    form = ValueForm(
        data,
        prefix=f"v-{of.key}-{number}",
        initial=initial,
        of=of,
        for_everybody=number == 0,
        known=known,
        auto_id="%s",
    )
    return ValueRow(of.key, number, form, field=of)


def paper_rows(
    key: str,
    stated: Sequence[LocalPaper],
    *,
    data: QueryDict | None,
    numbers: Iterable[int],
    adding: bool,
    like: LocalPaper | None,
    known: KnownValues,
) -> list[PaperRow]:
    """A paper's rows: as posted, else as stated; with `adding`, one more that begins as `like`."""
    if data is not None and (posted := list(numbers)):
        rows = [_paper_row(key, number, known, data=data) for number in posted]
    else:
        rows = [_paper_row(key, number, known, stated=one) for number, one in enumerate(stated)]
    if adding:
        number = max((row.number for row in rows), default=-1) + 1
        rows.append(_paper_row(key, number, known, like=like))
    return rows


def _paper_row(
    key: str,
    number: int,
    known: KnownValues,
    *,
    data: QueryDict | None = None,
    stated: LocalPaper | None = None,
    like: LocalPaper | None = None,
) -> PaperRow:
    initial = _initial(stated, PAPER_FACTS)
    if like:
        initial = {name: getattr(like, name) for name in ("condition", *PAPER_FACTS)}
    form = PaperForm(data, prefix=f"p-{key}-{number}", initial=initial, known=known, auto_id="%s")
    return PaperRow(key, number, form)


def _initial(stated: LocalValue | LocalPaper | None, names: Iterable[str]) -> dict[str, Any]:
    if stated is None:
        return {}
    return {
        **{name: getattr(stated, name) for name in names},
        "condition": stated.condition,
        "was": json.dumps(stated.condition),
        "basis": digest(stated),
    }
