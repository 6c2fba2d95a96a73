"""Filters of the content page's templates."""

from collections.abc import Sequence

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from branches.models import Branch
from candidates.models import Language
from dashboard.content_page import ContentPage, RowView
from dashboard.content_rows import Row
from dashboard.content_shelves import Shelf
from notifications.conditions import in_words
from notifications.models import LocalPaper, LocalValue, Paper
from notifications.papers import paper_words

register = template.Library()
register.filter("who", in_words)


@register.filter
def views(page: ContentPage, shelf: Shelf) -> Sequence[RowView]:
    return page.views(shelf)


@register.filter
def as_stated(row: Row, node: Branch) -> LocalValue | LocalPaper:
    return row.stated(node)


@register.filter
def paper_label(paper: Paper) -> str:
    """As a message says it, in the language of the page."""
    english = get_language() == Language.ENGLISH
    return paper_words(paper, Language.ENGLISH if english else Language.CHINESE)


@register.filter
def described(bound: BoundField, key: str) -> SafeString:
    """The field with its hint, what is left of its length and what the lint says tied to it."""
    name = bound.id_for_label
    told = [f"v-{key}-hint"] if bound.name == "value" else []
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join([*told, f"{name}-left", f"{name}-news"])}
    return bound.as_widget(attrs=attrs)
