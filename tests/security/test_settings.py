"""What must not start, and what must not get into an image or a repository."""

import os
import subprocess
import sys

import pytest
from pytest_django import Settings

from hrnotify.checks import deployment
from hrnotify.processes import CHECKOUT


def test_error_pages_for_developers_do_not_start_in_public(settings: Settings) -> None:
    settings.DEBUG, settings.PUBLIC_URL = True, "https://hr.bank.example"
    [problem] = deployment()
    assert problem.id == "hrnotify.E006"


def test_cookies_of_an_https_installation_never_travel_in_the_clear() -> None:
    code = (
        "from hrnotify import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE)"
    )
    environment = {**os.environ, "PUBLIC_URL": "https://hr.bank.example"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["True"] * 3


@pytest.mark.parametrize("name", [".env", ".env.production", ".env.bak"])
def test_files_with_secrets_stay_out_of_the_repository_and_the_image(name: str) -> None:
    assert {".env", ".env.*"} <= set((CHECKOUT / ".dockerignore").read_text().split())
    ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=CHECKOUT, check=False)
    assert ignored.returncode == 0
