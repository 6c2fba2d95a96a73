"""Plain Django, with the connections kept."""

from __future__ import annotations

from bench.rivals.common import *  # noqa: F403  as settings of several files are written

INSTALLED_APPS = ["bench.rivals.tutorial"]
