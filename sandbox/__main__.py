"""`python -m sandbox`: see `--help` and README.md."""

import asyncio
import os
import sys

from sandbox.carriers import magic_recipients
from sandbox.options import read_options
from sandbox.server import serve


def main() -> int:
    options = read_options(arguments=sys.argv[1:], environment=os.environ, epilog=magic_recipients())
    try:
        asyncio.run(serve(options))
    except OSError as error:
        print(
            f"sandbox: cannot start: {error}. Choose other ports with --port and --smtp-port.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
