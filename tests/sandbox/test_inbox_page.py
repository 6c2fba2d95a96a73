"""The inbox in a real browser, with messages that mean no good."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.sandbox.running import Sandbox
from tests.sandbox.test_jpush import push
from tests.sandbox.test_wechat import send
from tests.sandbox.twilio_client import twilio_client

PHONE = "+8613800138000"
DESK, POCKET = (1440, 900), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(params=[DESK, POCKET], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def text(sandbox: Sandbox, body: str) -> None:
    client = twilio_client(base=sandbox.url)
    client.messages.create(to=PHONE, from_="+15005550006", body=body)
    client.http_client.session.close()


def mail(sandbox: Sandbox, html: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "hr@bank.example", "xm@example.com", "录用通知"
    letter.set_content(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, local_hostname="localhost", timeout=10) as connection:
        connection.send_message(letter)


def test_a_text_is_read_and_its_link_followed(page: Page, sandbox: Sandbox) -> None:
    text(sandbox, f"请确认：{sandbox.url}/healthz，谢谢")
    page.goto(sandbox.url + "/")
    page.get_by_role("link", name=PHONE).click()
    expect(page.locator(".bubble")).to_have_text(f"请确认：{sandbox.url}/healthz，谢谢")
    with page.expect_popup() as opened:
        page.locator(".bubble a").click()
    expect(opened.value.locator("body")).to_have_text("ok")


def test_a_mail_is_shown_without_running_anything_and_its_link_works(page: Page, sandbox: Sandbox) -> None:
    mail(
        sandbox,
        f"""<p>恭喜</p><a href="{sandbox.url}/">查看</a><script>top.document.title = "taken"</script>
        <img src="x" onerror="top.document.title = 'taken'">
        <a href="javascript:top.document.title = 'taken'">trap</a>""",
    )
    page.goto(sandbox.url + "/#email/xm@example.com")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("恭喜")).to_be_visible()
    frame.get_by_text("trap").click()
    with page.expect_popup() as opened:
        frame.get_by_text("查看").click()
    # Out of the mail's sandbox: the scripts of the page behind the link must run.
    expect(opened.value.locator(".person")).to_have_count(1)
    assert "taken" not in page.title()


def test_a_card_shows_its_fields_and_leads_to_the_details(page: Page, sandbox: Sandbox) -> None:
    send(sandbox, touser="oReader", url=sandbox.url + "/healthz")
    page.goto(sandbox.url + "/#wechat/oReader")
    expect(page.locator(".fields")).to_contain_text("综合柜员")
    with page.expect_popup() as opened:
        page.get_by_text("查看详情").click()
    expect(opened.value.locator("body")).to_have_text("ok")


def test_a_push_shows_its_title_and_text_and_leads_to_the_page(page: Page, sandbox: Sandbox) -> None:
    shown = {"title": "录用通知", "alert": "<b>请确认</b>", "extras": {"link": sandbox.url + "/healthz"}}
    push(sandbox, "1a00reader", notification={"android": shown})
    page.goto(sandbox.url + "/")
    page.get_by_role("button", name="推送").click()
    page.get_by_role("link", name="1a00reader").click()
    expect(page.locator(".card h2")).to_have_text("录用通知")
    expect(page.locator(".card .plain")).to_have_text("<b>请确认</b>")
    with page.expect_popup() as opened:
        page.get_by_text("在应用中打开").click()
    expect(opened.value.locator("body")).to_have_text("ok")
    assert Axe().run(page).violations_count == 0


def test_markup_in_messages_stays_text_and_a_script_address_no_link(page: Page, sandbox: Sandbox) -> None:
    text(sandbox, "<b>fat</b>")
    send(sandbox, touser="oTarget", url="javascript:alert(1)", data={"thing1": {"value": "<i>x</i>"}})
    page.goto(f"{sandbox.url}/#sms/{PHONE}")
    expect(page.locator(".bubble")).to_have_text("<b>fat</b>")
    page.goto(sandbox.url + "/#wechat/oTarget")
    expect(page.locator(".fields dd")).to_have_text("<i>x</i>")
    assert page.locator(".card a").count() == 0


def test_a_new_message_appears_by_itself_and_the_search_narrows_the_list(
    page: Page, sandbox: Sandbox
) -> None:
    page.goto(sandbox.url + "/")
    expect(page.locator("#people-note")).to_contain_text("还没有消息")
    text(sandbox, "第一条")
    send(sandbox, touser="oOther")
    expect(page.locator(".person")).to_have_count(2)
    page.get_by_role("searchbox").fill("第一")
    expect(page.locator(".person")).to_have_count(1)
    expect(page.locator(".person")).to_contain_text(PHONE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_accessibility_violation(scheme: str, page: Page, sandbox: Sandbox) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    text(sandbox, f"请确认：{sandbox.url}/healthz")
    page.goto(f"{sandbox.url}/#sms/{PHONE}")
    expect(page.locator(".meta .good, .bubble").first).to_be_visible()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_nothing_is_wider_than_the_screen(page: Page, sandbox: Sandbox) -> None:
    send(sandbox, touser="o" + "W" * 100, url="https://bank.example/" + "x" * 300)
    page.goto(sandbox.url + "/#wechat/o" + "W" * 100)
    expect(page.locator(".card")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
