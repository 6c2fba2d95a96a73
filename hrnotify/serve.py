"""`python -m hrnotify.serve`: the stack for `.env`, until Ctrl-C."""

import subprocess
import sys

from hrnotify.embedded import provide
from hrnotify.processes import CHECKOUT, EmbeddedError, exit_on_signals
from hrnotify.stack import Stack, StackError


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def migrate() -> None:
    """Bring the database up to date; a process of its own, so that this one never loads Django.

    Raises `StackError`; Django has then printed why.
    """
    command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
        raise StackError("The database could not be migrated; the reason stands above.")


def serve() -> None:
    provide()
    migrate()
    with Stack() as stack:
        say(f"HRNotify serves {stack.web_url}/dashboard/ and {stack.web_url}/admin/ until Ctrl-C.")
        say(f"Logs: {stack.folder / 'logs'}")
        stack.serve(report=say)


def main() -> None:
    exit_on_signals()
    try:
        serve()
    except (EmbeddedError, StackError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        say("Stopped.")


if __name__ == "__main__":
    main()
