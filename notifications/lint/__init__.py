from notifications.lint.contradictions import contradictions
from notifications.lint.explanations import explanation
from notifications.lint.findings import Core, CorePaper, Finding, Kind, Place
from notifications.lint.topics import PERSONAL_TEXT

__all__ = [
    "PERSONAL_TEXT",
    "Core",
    "CorePaper",
    "Finding",
    "Kind",
    "Place",
    "contradictions",
    "explanation",
]
