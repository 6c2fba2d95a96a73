"""Fail when a translation is missing or doubtful, or when a .mo is not what its .po compiles to."""

import sys
from collections.abc import Iterator
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def complaints(po_path: Path) -> Iterator[str]:
    """One line for each thing wrong with this catalogue."""
    catalogue = polib.pofile(str(po_path))
    for entry in catalogue.fuzzy_entries():
        yield f"{po_path}:{entry.linenum}: fuzzy: {entry.msgid!r}"
    for entry in catalogue.untranslated_entries():
        yield f"{po_path}:{entry.linenum}: not translated: {entry.msgid!r}"
    mo_path = po_path.with_suffix(".mo")
    if not mo_path.exists():
        yield f"{mo_path}: missing; run manage.py compilemessages"
    elif meanings(polib.mofile(str(mo_path))) != meanings(catalogue):
        yield f"{mo_path}: not what {po_path.name} compiles to; run manage.py compilemessages"


def meanings(catalogue: polib.POFile | polib.MOFile) -> set[tuple[str, ...]]:
    """What a program sees of a catalogue.

    The files are not compared byte for byte: msgfmt and polib write the same meanings differently.
    """
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "", entry.msgstr, repr(entry.msgstr_plural))
        for entry in (catalogue.translated_entries() if isinstance(catalogue, polib.POFile) else catalogue)
    }


def main(locale: Path = LOCALE) -> int:
    found = [line for path in sorted(locale.glob("*/LC_MESSAGES/*.po")) for line in complaints(path)]
    for line in found:
        sys.stderr.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
