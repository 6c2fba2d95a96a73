"""What a run came to, as a table for a terminal."""

from __future__ import annotations

from collections import Counter

from faults import rows
from faults.run import Outcome


def table(outcome: Outcome) -> str:
    counted = outcome.count
    lines = [
        ("", "counted", "allowed"),
        ("people signalled", counted.people, ""),
        ("taken by carriers", counted.acceptances, _listed(counted.by_channel)),
        ("lost", counted.lost, 0),
        ("doubled where the carrier can tell", counted.doubled, 0),
        ("mails twice under one Message-ID", counted.mails_repeated, f"≤ {outcome.mails_explained}"),
        ("sent to somebody else", counted.strangers, 0),
        ("stuck", outcome.stuck, 0),
        ("receipts taken and not put to use", outcome.receipts_unused, 0),
        ("told by two channels", counted.told_twice, ""),
        ("receipts that carriers never sent", outcome.receipts_dropped, ""),
        ("requests the platform repeated", outcome.repeats, ""),
        ("killed", len(outcome.killed), _listed(Counter(outcome.killed))),
        ("died by themselves, started again", len(outcome.died), _listed(Counter(outcome.died))),
        ("seconds of signalling and killing", f"{outcome.signalled_in:.0f}", ""),
        ("seconds until all was settled", _seconds(outcome.settled_after), ""),
    ]
    names, values = (max(len(str(line[column])) for line in lines) for column in (0, 1))
    return "\n".join(f"{name:<{names}}  {value!s:>{values}}  {more}" for name, value, more in lines)


def notes(outcome: Outcome) -> list[str]:
    """What explains the table: mails, failures by code, and what is not as it should be."""
    said = [
        f"Mails with a worker at the kills: {outcome.mails_in_flight}; "
        f"taken and never answered: {outcome.mails_unanswered}."
    ]
    said += [
        f"{number} × {channel} {state}{f' ({code})' if code else ''}"
        for (channel, state, code), number in sorted(rows.failures().items())
    ]
    if outcome.unexplained:
        said.append(f"Died without a reason known: {', '.join(outcome.unexplained)}.")
    return said


def _seconds(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
