"""A finding in a sentence for whoever wrote the text."""

from django.utils.translation import gettext_lazy as _

from notifications.lint.findings import Finding, Kind

SENTENCES = {
    Kind.DATE: _("“%(found)s” reads as a day of reporting, but each offer gives its own: leave the day out."),
    Kind.TIME: _(
        "“%(found)s” reads as a time of reporting, but each offer gives its own: leave the time out."
    ),
    Kind.PLACE: _(
        "“%(found)s” sends candidates elsewhere, but they report at %(core)s: "
        "name only the entrance, floor or desk there."
    ),
    Kind.FORM: _(
        "“%(found)s” lets a copy do, but headquarters requires the original (%(core)s): "
        "ask for the original, and for a copy only besides it."
    ),
    Kind.WAIVED: _(
        "“%(found)s” waives or puts off what headquarters requires on the day of reporting (%(core)s): "
        "leave this out, and waive only papers that the branch itself asks for."
    ),
    Kind.EXCLUDED: _(
        "“%(found)s” asks for what headquarters excludes (%(core)s): leave it out, or say that it is not needed."
    ),
    Kind.PHONE: _("“%(found)s” is no number of this branch: give the branch's own landline, %(core)s."),
    Kind.LINK: _(
        "“%(found)s” leads outside the addresses that headquarters allows (%(core)s): "
        "leave it out or link to one of those."
    ),
}
# Where the core names nothing that could be shown, such as a text on papers in general.
WITHOUT_CORE = {
    Kind.PLACE: _(
        "“%(found)s” sends candidates elsewhere, but they report at the branch's own address: "
        "name only the entrance, floor or desk there."
    ),
    Kind.FORM: _(
        "“%(found)s” lets copies do, but headquarters requires originals: "
        "ask for the originals, and for copies only besides them."
    ),
    Kind.WAIVED: _(
        "“%(found)s” waives or puts off papers that headquarters requires on the day of reporting: "
        "leave this out, and waive only papers that the branch itself asks for."
    ),
    Kind.EXCLUDED: _(
        "“%(found)s” asks for what headquarters excludes: leave it out, or say that it is not needed."
    ),
    Kind.PHONE: _("“%(found)s” is no number of this branch: leave it out."),
    Kind.LINK: _("“%(found)s” is a link, and headquarters allows none here: leave it out."),
}


def explanation(finding: Finding) -> str:
    """What was found, what is wrong with it and what to write instead, in the language that is active."""
    sentence = (
        SENTENCES[finding.kind] if finding.core else WITHOUT_CORE.get(finding.kind, SENTENCES[finding.kind])
    )
    return str(sentence) % {"found": finding.found, "core": finding.core}
