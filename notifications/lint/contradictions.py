"""The lint of local text: what a branch writes must not contradict what the core and the offer say."""

from collections.abc import Iterator

from notifications.lint.copies import copies_for_originals
from notifications.lint.exclusions import excluded_demanded
from notifications.lint.findings import Core, Finding, Kind, Place
from notifications.lint.links import other_links
from notifications.lint.moments import other_moments
from notifications.lint.papers import Mentions
from notifications.lint.phones import other_phones
from notifications.lint.reading import Reading, read
from notifications.lint.sites import other_sites
from notifications.lint.waivers import waived


def contradictions(text: str, *, field: str, core: Core, place: Place) -> list[Finding]:
    """What in `text` contradicts the core, in the order of the text. `field`: the local field's key."""
    found = sorted(
        _found(read(text), field, core, place),
        key=lambda finding: (finding.start, -finding.end, finding.kind),
    )
    kept: list[Finding] = []
    told_until: dict[Kind, int] = {}
    for finding in found:
        if finding.start >= told_until.get(finding.kind, 0):
            kept.append(finding)
            told_until[finding.kind] = finding.end
    return kept


def _found(reading: Reading, field: str, core: Core, place: Place) -> Iterator[Finding]:
    mentions = Mentions(reading, field=field, core=core)
    yield from other_moments(reading, field=field)
    yield from other_sites(reading, field=field, place=place)
    yield from copies_for_originals(reading, mentions)
    yield from waived(reading, mentions)
    yield from excluded_demanded(reading, mentions)
    yield from other_phones(reading, place=place)
    yield from other_links(reading, core=core)
