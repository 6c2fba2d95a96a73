from notifications.lint.contradictions import contradictions
from notifications.lint.explanations import explanation
from notifications.lint.findings import Core, CorePaper, Finding, Kind, Place

__all__ = ["Core", "CorePaper", "Finding", "Kind", "Place", "contradictions", "explanation"]
