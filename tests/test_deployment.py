"""What stands around the program: compose file, image, example settings, translations check."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from hrnotify.processes import CHECKOUT

# The settings of the product's public interface; .env.example must explain each.
PUBLIC_SETTINGS = re.findall(
    r"\w+",
    """
    SECRET_KEY DEBUG ALLOWED_HOSTS PUBLIC_URL DATABASE_URL REDIS_URL TIME_ZONE LANGUAGE_CODE FIELD_KEYS
    PORT SANDBOX_PORT SMS_PROVIDERS
    TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_FROM TWILIO_MESSAGING_SERVICE_SID TWILIO_API_URL
    ALIYUN_ACCESS_KEY_ID ALIYUN_ACCESS_KEY_SECRET ALIYUN_SMS_SIGN_NAME ALIYUN_SMS_API_URL
    ALIYUN_CALLBACK_SECRET
    GATEWAY_URL GATEWAY_SECRET EMAIL_URL DEFAULT_FROM_EMAIL BOUNCE_DOMAIN EMAIL_BACKEND_ESP
    ESP_CALLBACK_SECRET CARRIER_RATES LEASE_SECONDS CARRIER_TIMEOUT_SECONDS
    WECHAT_APP_ID WECHAT_APP_SECRET WECHAT_TOKEN WECHAT_AES_KEY WECHAT_API_URL
    JPUSH_APP_KEY JPUSH_MASTER_SECRET JPUSH_API_URL JPUSH_CALLBACK_SECRET SENTRY_DSN
    """,
)
FILLED_IN = {
    "SECRET_KEY": "made-up",
    "FIELD_KEYS": "made-up",
    "PUBLIC_URL": "https://offers.bank.example",
    "POSTGRES_PASSWORD": "madeup1",
    "REDIS_PASSWORD": "madeup2",
}


def example_names() -> set[str]:
    text = (CHECKOUT / ".env.example").read_text()
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", text, flags=re.MULTILINE))


def compose_command() -> list[str]:
    """docker-compose or compose v2. Where the whole suite must hold (CI), not having it is a failure."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if (
        shutil.which("docker")
        and not subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    ):
        return ["docker", "compose"]
    if os.environ.get("CI") == "true":
        pytest.fail("docker-compose is missing: apt-get install docker-compose (it needs no daemon here).")
    pytest.skip("docker-compose is not installed, so nobody has read docker-compose.yml here.")


def compose_config(folder: Path, filled_in: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """What compose makes of our file beside an .env made from the example."""
    shutil.copy(CHECKOUT / "docker-compose.yml", folder)
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    lines += [f"{name}={value}" for name, value in filled_in.items()]
    (folder / ".env").write_text("\n".join(lines) + "\n")
    # Compose lets the environment win over .env, and this run's holds settings of its own.
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [*compose_command(), "config"], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )


def test_compose_accepts_the_file_with_a_filled_in_example(tmp_path: Path) -> None:
    done = compose_config(tmp_path, FILLED_IN)
    assert done.returncode == 0, done.stderr
    for service in ("web", "worker", "beat", "migrate", "postgres", "redis"):
        assert f"\n  {service}:\n" in done.stdout
    assert "postgres://hrnotify:madeup1@postgres:5432/hrnotify" in done.stdout


@pytest.mark.parametrize("name", sorted(FILLED_IN))
def test_compose_names_a_secret_that_was_not_set(tmp_path: Path, name: str) -> None:
    done = compose_config(tmp_path, {**FILLED_IN, name: ""})
    assert done.returncode != 0
    assert f"Set {name} in .env" in done.stderr


@pytest.mark.parametrize("name", PUBLIC_SETTINGS)
def test_the_example_explains_every_public_setting(name: str) -> None:
    assert name in example_names()


def test_the_example_explains_whatever_the_settings_read() -> None:
    source = (CHECKOUT / "hrnotify" / "settings.py").read_text()
    assert set(re.findall(r'env\.\w+\(\s*"([A-Z][A-Z0-9_]*)"', source)) <= example_names()


def test_the_example_holds_no_secret() -> None:
    text = (CHECKOUT / ".env.example").read_text()
    given = re.findall(
        r"^([A-Z_]*(?:KEY|KEYS|SECRET|PASSWORD|TOKEN|DSN|_URL)[A-Z_]*)=(.+)$", text, flags=re.MULTILINE
    )
    assert given == []


def test_the_image_leaves_out_keys_data_and_development() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().split()
    assert {".env", ".git", "var", ".venv", "tests", "sandbox"} <= set(ignored)


def test_the_image_does_not_run_as_root() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER hrnotify") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def test_make_alone_lists_every_target() -> None:
    done = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    for target in ("demo", "serve", "test", "lint", "clean-demo"):
        assert re.search(rf"^make {target} +\S", done.stdout, flags=re.MULTILINE)


# --- scripts/check_translations.py ------------------------------------------------------------------


def check_translations(locale: Path) -> "subprocess.CompletedProcess[str]":
    program = (
        "import sys, pathlib; import check_translations as c; sys.exit(c.main(pathlib.Path(sys.argv[1])))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(locale)],
        cwd=CHECKOUT / "scripts",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> polib.POFile:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile(fpath=str(folder / "django.po"))
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="确认", msgstr="Confirm"))
    return catalogue


def write(catalogue: polib.POFile) -> None:
    catalogue.save()
    catalogue.save_as_mofile(catalogue.fpath.removesuffix("po") + "mo")


def test_a_complete_catalogue_passes(catalogue: polib.POFile, tmp_path: Path) -> None:
    write(catalogue)
    done = check_translations(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_project_without_catalogues_passes(tmp_path: Path) -> None:
    assert check_translations(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (polib.POEntry(msgid="推迟"), "not translated: '推迟'"),
        (polib.POEntry(msgid="推迟", msgstr="Defer", flags=["fuzzy"]), "fuzzy: '推迟'"),
    ],
)
def test_a_gap_or_a_doubt_is_named(
    catalogue: polib.POFile, tmp_path: Path, entry: polib.POEntry, complaint: str
) -> None:
    catalogue.append(entry)
    write(catalogue)
    done = check_translations(tmp_path)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_a_forgotten_compilation_is_named(catalogue: polib.POFile, tmp_path: Path) -> None:
    write(catalogue)
    catalogue[0].msgstr = "Accept"
    catalogue.save()
    assert "run manage.py compilemessages" in check_translations(tmp_path).stderr
