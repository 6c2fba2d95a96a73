"""The pictures of the README and of docs/templates.md, taken from a running demo.

`.venv/bin/python scripts/screenshots.py` after `make demo`. PORT and SANDBOX_PORT name the demo, as for the demo
itself; CHROMIUM names the browser.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hrnotify.embedded import stack_folder  # noqa: E402
from scripts.browser import installed  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
PORT, SANDBOX_PORT = (
    os.environ.get(name) or default for name, default in (("PORT", "8000"), ("SANDBOX_PORT", "8025"))
)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    password = json.loads((stack_folder() / "demo.json").read_text())["SAMPLE_PASSWORD"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or installed(), args=["--no-sandbox"]
        )
        candidate(browser)
        dashboard(browser, password)
        admin(browser, password)
        browser.close()


def candidate(browser: Browser) -> None:
    """The page behind a WeChat message that was not answered yet."""
    page = browser.new_page(viewport=PHONE, device_scale_factor=2, locale="zh-CN")
    with urllib.request.urlopen(f"http://127.0.0.1:{SANDBOX_PORT}/inbox.json?channel=wechat") as answer:
        cards = json.load(answer)["messages"]
    for card in reversed(cards):
        page.goto(card["url"])
        if page.get_by_role("link", name="确认入职", exact=True).count():
            break
    shoot(page, "candidate")


def dashboard(browser: Browser, password: str) -> None:
    page = browser.new_page(viewport=DESK, locale="zh-CN")
    sign_in(page, f"http://localhost:{PORT}/dashboard/login/", "bj", password)
    page.goto(f"http://localhost:{PORT}/dashboard/")
    shoot(page, "dashboard")
    page.goto(f"http://localhost:{PORT}/dashboard/content/?branch=BJ-CBD")
    metro_exit = page.locator("#v-metro_exit textarea").first
    metro_exit.fill(f"{metro_exit.input_value()}，9:30到一楼报到")  # to see it warned of
    page.locator("#v-metro_exit .lint").first.wait_for()
    page.locator("#v-metro_exit").evaluate("one => one.scrollIntoView({block: 'center'})")
    shoot(page, "local-content")


def admin(browser: Browser, password: str) -> None:
    page = browser.new_page(viewport=DESK, locale="zh-CN")
    sign_in(page, f"http://localhost:{PORT}/admin/login/", "hq", password)
    page.goto(f"http://localhost:{PORT}/admin/")
    shoot(page, "admin")
    check_and_publish(page)


def check_and_publish(page: Page) -> None:
    """A draft of the core with one paper changed; it stays a draft."""
    page.goto(f"http://localhost:{PORT}/admin/notifications/coreversion/")
    page.locator("a[href*='new-core-draft'], a[href*='new_core_draft']").first.click()
    page.locator("#dialog button[type=submit]").click()
    page.wait_for_url("**/change/")
    page.locator("#papers-group h3 strong").nth(3).click()
    page.locator("[name='papers-3-valid_months']").fill("3")
    page.locator("button[name=_check]").click()
    shoot(page, "check-and-publish")


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    page.goto(address)
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.locator("form:has([name=password]) button").last.click()
    page.wait_for_load_state("networkidle")


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"{IMAGES / name}.png\n")


if __name__ == "__main__":
    main()
