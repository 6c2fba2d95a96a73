"""Set up, signal, play the candidates, print what happened; then serve, or with ONCE=1 stop.

With ONCE=1 the exit code is 0 only if every message reached its end and a candidate confirmed through the page.
STORY=weeks plays three weeks around a first day instead (see `weeks`), and stops; 0 only if all came as it is written.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import django

from hrnotify.demo.settings import demo_settings, own_settings
from hrnotify.embedded import (
    EmbeddedServers,
    provide,
    stack_folder,
    take_from_dotenv,
    told_to_commands,
)
from hrnotify.processes import CHECKOUT, EmbeddedError, exit_on_signals, port_is_free
from hrnotify.serve import migrate, say
from hrnotify.stack import Stack, StackError, port_setting


def main() -> None:
    exit_on_signals()
    started = time.monotonic()
    try:
        if story := os.environ.get("STORY"):
            sys.exit(0 if tell(story) else 1)
        prepare()
        told = told_to_commands(demo_settings(), folder=stack_folder())
        with Stack(sandbox=True, variables=dict(os.environ)) as stack, told:
            say(f"Stack up after {time.monotonic() - started:.1f} s.")
            good = play(stack)
            if os.environ.get("ONCE"):
                sys.exit(0 if good else 1)
            say(f"Serving until Ctrl-C. Logs: {stack.folder / 'logs'}")
            stack.serve(report=say)
    except (EmbeddedError, StackError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        say("Stopped.")


def tell(story: str) -> bool:
    """Whether it came out as it is written."""
    if story != "weeks":
        raise StackError(f"There is no STORY={story}; there is STORY=weeks.")
    take_from_dotenv(CHECKOUT / ".env", "PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT")
    port, sandbox_port = port_setting("PORT", default=8000), port_setting("SANDBOX_PORT", default=8025)
    for name, number in (("PORT", port), ("SANDBOX_PORT", sandbox_port)):
        if not port_is_free(number):
            raise StackError(f"Port {number} is in use by another program: set {name} to a free one.")
    # A database of its own, whatever the environment names: the story empties it.
    with EmbeddedServers(folder=CHECKOUT / "var" / f"weeks-{port}") as servers:
        servers.wipe_valkey()
        os.environ.update(demo_settings(folder=servers.folder) | own_settings(servers))
        os.environ["SANDBOX_PORT"] = str(sandbox_port)
        django.setup()
        from hrnotify.demo import weeks  # noqa: PLC0415  Django's models can be imported only now

        return weeks.play(port=port, sandbox_port=sandbox_port)


def prepare() -> None:
    """Servers, settings, schema and sample bank."""
    provide()
    os.environ.update(demo_settings())
    migrate()
    command = [sys.executable, "manage.py", "load_sample"]
    if subprocess.run(command, cwd=CHECKOUT, check=False, stdout=subprocess.DEVNULL).returncode:
        raise StackError("The sample bank could not be loaded; the reason stands above.")


def play(stack: Stack) -> bool:
    """Whether the story ended as it is written."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrnotify.settings")
    django.setup()
    # Django's models can be imported only now.
    from hrnotify.demo import figures, registrations, story  # noqa: PLC0415

    registrations.tell(sandbox=stack.sandbox_url)
    cast = story.read_cast()
    story.signal(cast, web=stack.web_url, report=progress("signalled", len(cast)))
    story.wait_for_end(cast, report=progress("messages ended", 0), check=stack.check)
    story.answer(cast, sandbox=stack.sandbox_url, report=progress("candidates played", len(cast)))
    say(figures.table(cast))
    say(figures.addresses(stack.sandbox_url))
    problems = figures.problems(cast)
    for problem in problems:
        say(f"NOT AS IT SHOULD BE: {problem}")
    return not problems


def progress(what: str, total: int) -> Callable[[int, int], None]:
    """A bar on a terminal; in a log, nothing but the last state."""

    def report(done: int, of: int = total) -> None:
        if sys.stdout.isatty() or done >= of:
            filled = round(30 * done / of) if of else 30
            end = "\n" if done >= of else "\r"
            sys.stdout.write(f"[{'#' * filled}{'.' * (30 - filled)}] {done}/{of} {what}   {end}")
            sys.stdout.flush()

    return report


if __name__ == "__main__":
    main()
