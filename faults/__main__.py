"""`python -m faults [folder]`: N results (10,000) while everything is killed at random; SEED repeats a run.

Exit code 0 only where nothing was lost, doubled without need, or stuck.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from random import Random

import django

from faults.platform import NotTaken, Person
from faults.surroundings import SECRET, Ports, environment, free_ports
from hrnotify.embedded import EmbeddedServers
from hrnotify.processes import CHECKOUT, EmbeddedError, exit_on_signals
from hrnotify.serve import migrate, say
from hrnotify.stack import Stack, StackError


def main() -> None:
    exit_on_signals()
    folder = Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT / "var" / "faults"
    try:
        number = whole_number("N", default=10_000)
        seed = whole_number("SEED", default=secrets.randbelow(1_000_000))
        with EmbeddedServers(folder=folder) as servers:
            ports = free_ports()
            prepare(servers, ports, seed=seed)
            with Stack(port=ports.web, sandbox=True, sandbox_port=ports.sandbox, folder=folder) as stack:
                good = play(servers, stack, number=number, seed=seed)
    except (EmbeddedError, StackError, NotTaken) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    sys.exit(0 if good else 1)


def whole_number(name: str, *, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal():
        raise EmbeddedError(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def prepare(servers: EmbeddedServers, ports: Ports, *, seed: int) -> None:
    """Settings, schema and sample bank; nothing is left of an earlier run."""
    # Whichever comes first takes what is new; the other one stands in while it rests.
    sms_providers = Random(seed).sample(["twilio", "gateway"], 2)
    os.environ.update(environment(servers, ports, sms_providers=sms_providers))
    os.environ["SAMPLE_SOURCE_SECRET"] = SECRET
    servers.wipe_valkey()
    migrate()
    for command in (["flush", "--noinput", "--verbosity", "0"], ["load_sample"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=CHECKOUT, check=False, stdout=subprocess.DEVNULL
        )
        if done.returncode:
            raise StackError(f"manage.py {command[0]} failed; the reason stands above.")


def play(servers: EmbeddedServers, stack: Stack, *, number: int, seed: int) -> bool:
    """Whether all came out well."""
    django.setup()
    # Django's models can be imported only now.
    from faults import report  # noqa: PLC0415
    from faults.run import run  # noqa: PLC0415

    say(f"{number} results, SEED={seed}, SMS by {os.environ['SMS_PROVIDERS']}. Logs: {stack.folder / 'logs'}")
    people = [Person(place) for place in range(number)]
    outcome = run(people=people, seed=seed, servers=servers, stack=stack, secret=SECRET, say=say)
    say(f"\n{report.table(outcome)}\n")
    for note in report.notes(outcome):
        say(note)
    say("All well." if outcome.is_good else f"NOT AS IT SHOULD BE; SEED={seed} draws the same plan again.")
    return outcome.is_good


if __name__ == "__main__":
    main()
