"""Who opens headquarters' pages, and the addresses of those pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from branches.models import Branch, Role, User
from tests.factories import UserFactory

# As a button with a dialog posts.
DIALOG = {"_form_submitted": "on"}


def page(model: type[models.Model], view: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="branches.permissions.RoleBackend")
    return client


@pytest.fixture
def as_hq(hq: User) -> Client:
    return signed_in(hq)


@pytest.fixture
def as_auditor(bank: Branch) -> Client:
    user = UserFactory.create(username="audit", is_staff=True)
    user.memberships.create(branch=bank, role=Role.AUDITOR, may_unmask=False)
    return signed_in(user)
