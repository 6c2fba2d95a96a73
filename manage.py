#!/usr/bin/env python
"""Django's commands, on servers that are there: embedded ones where no others are named."""

import os
import sys

from django.core.management import execute_from_command_line

from hrnotify.embedded import provide, take_from_running
from hrnotify.processes import EmbeddedError, exit_on_signals


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrnotify.settings")
    try:
        servers = provide()
    except EmbeddedError as error:
        sys.exit(str(error))
    if servers:
        exit_on_signals()
        take_from_running(servers.folder)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
