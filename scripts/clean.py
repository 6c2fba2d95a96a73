"""Remove `var/`: data, logs and keys of every embedded stack of this checkout, unless one is in use."""

import fcntl
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hrnotify.embedded import EmbeddedServers  # noqa: E402
from hrnotify.processes import EmbeddedError  # noqa: E402
from hrnotify.stack import stop_orphans  # noqa: E402


def remove(folder: Path) -> None:
    """Stop what killed commands have left running there, then delete. Raises `EmbeddedError` when in use."""
    with (folder / "users.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(f"{folder} is in use: stop its demo, stack or tests first.") from None
        stop_orphans(folder)
        EmbeddedServers(folder=folder).stop_servers()
        shutil.rmtree(folder)


def main() -> None:
    var = ROOT / "var"
    try:
        for folder in sorted(path for path in var.glob("*") if path.is_dir()):
            remove(folder)
    except EmbeddedError as error:
        sys.exit(str(error))
    shutil.rmtree(var, ignore_errors=True)


if __name__ == "__main__":
    main()
