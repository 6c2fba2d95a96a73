"""The kinds of candidates. They stand this low because a membership may be for some of them only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    CAMPUS = "campus", _("Campus")
    SOCIAL = "social", _("Lateral")
    INTERN = "intern", _("Intern")
