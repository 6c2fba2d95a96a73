"""Print the path of a Chromium for the browser tests, installing one where that is possible.

In this order: `CHROMIUM` from the environment, one that is installed (Playwright's own too), Debian's package
(as root), Playwright's download.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
# Without a CJK font every Chinese character is an empty box, and lines break elsewhere.
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")


class NoBrowser(RuntimeError):
    """There is no browser and none could be installed; the text says what to do."""


def installed() -> str | None:
    for name in NAMES:
        path = shutil.which(name)
        if path and runs(path):
            return path
    return next((str(path) for path in MACOS if path.exists()), None)


def runs(path: str) -> bool:
    """Ubuntu's chromium is a stub that only points at a snap: it is found but does not run."""
    return succeeds([path, "--version"], quiet=True)


def succeeds(command: Sequence[str], *, quiet: bool = False) -> bool:
    """Run a command; its output goes to stderr, since stdout carries our answer."""
    output = subprocess.DEVNULL if quiet else sys.stderr
    try:
        done = subprocess.run(command, stdout=output, stderr=output, check=False)
    except OSError:
        return False
    return done.returncode == 0


def from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES]
    if succeeds(["apt-get", "update", "-qq"]) and succeeds(install):
        return installed()
    return None


def playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and runs(path) else None


def from_playwright() -> str | None:
    return (
        playwrights_own() if succeeds([sys.executable, "-m", "playwright", "install", "chromium"]) else None
    )


def browser() -> str:
    """Path of a Chromium that runs. Raises `NoBrowser`."""
    wanted = os.environ.get("CHROMIUM")
    if wanted:
        if not runs(wanted):
            raise NoBrowser(f"CHROMIUM={wanted} does not run: name a Chromium or Chrome, or leave it out.")
        return wanted
    found = installed() or playwrights_own() or from_debian() or from_playwright()
    if not found:
        raise NoBrowser(
            "The browser tests need Chromium: install it (Debian: sudo apt install chromium fonts-noto-cjk), "
            "or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return found


def main() -> None:
    try:
        sys.stdout.write(f"{browser()}\n")
    except NoBrowser as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
