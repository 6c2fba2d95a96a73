"""The benchmark's own ends: which parts a run takes, how figures are told, and what is kept of earlier runs."""

import json
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from bench import many_offers, old_messages, results
from bench.bare import Mails, Posts
from bench.carriers import python_sink
from bench.crew import rate
from bench.figures import Figure, table
from bench.parts import PARTS, Part, UnknownPart, chosen

COMPOSING = next(part for part in PARTS if part.name == "composing")
GROWTH = next(part for part in PARTS if part.name == "growth")


def names(environment: dict[str, str]) -> set[str]:
    return {part.name for part in chosen(environment)}


def test_what_takes_long_is_left_out_until_it_is_asked_for() -> None:
    everyday = {part.name for part in PARTS if not part.switch}
    assert {"delivery", "composing"} <= everyday
    assert names({}) == names({"GROWTH": "", "PEERS": "0"}) == everyday
    assert names({"GROWTH": "1", "PEERS": "1"}) == everyday | {"growth", "peers"}


def test_only_takes_the_named_parts_whatever_their_switches_say() -> None:
    assert names({"ONLY": "growth, composing", "PEERS": "1"}) == {"growth", "composing"}


def test_a_part_that_there_is_not_is_named_beside_those_there_are() -> None:
    with pytest.raises(UnknownPart, match=r"no part delivering; .*delivery"):
        chosen({"ONLY": "delivering"})


def test_every_part_has_its_module() -> None:
    assert [part.name for part in PARTS if find_spec(f"bench.{part.name}") is None] == []


def test_a_figure_is_told_beside_its_floor_under_the_title_of_its_part() -> None:
    figures = [Figure("SMS out", 1250.4, "/s", "≥ 1,000/s", floor=5000), Figure("idle", 84.26, "ms")]
    head, _, title, sms, idle = table([("Out", figures)]).splitlines()
    assert head.split() == ["what", "measured", "floor", "×", "floor", "aim"]
    assert title == "Out"
    assert sms.split() == ["SMS", "out", "1,250", "/s", "5,000", "/s", "0.25", "≥", "1,000/s"]
    assert idle.split() == ["idle", "84.3", "ms"]
    assert sms.index("1,250") == head.index("measured") == idle.index("84.3")


def test_parts_that_a_run_left_out_keep_their_figures_and_their_date(db: None, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    kept = {"name": "growth", "title": GROWTH.title, "measured": "2026-01-01", "figures": []}
    path.write_text(json.dumps({"parts": [kept, {**kept, "name": "composing"}]}))
    results.write([(COMPOSING, [Figure("one notice", 1.5, "ms", floor=0.5)])], path=path)
    composing, growth = json.loads(path.read_text())["parts"]
    assert growth == kept
    assert composing["measured"] > "2026-01-01"
    assert composing["figures"][0]["ratio"] == 3
    assert composing["postgresql"] >= 15


def test_both_bare_jobs_reach_the_sink_from_several_processes() -> None:
    with python_sink(0) as carrier:
        for job in (Posts(carrier.http, threads=4), Mails(carrier.smtp, threads=4)):
            assert rate(job, count=40, processes=2, warm_up=4) > 0


def test_the_carriers_latency_is_waited_for() -> None:
    with python_sink(100) as carrier:
        assert rate(Posts(carrier.http, threads=2), count=8, processes=1, warm_up=0) < 20


@pytest.mark.parametrize("filling", [old_messages, many_offers])
def test_copies_fill_every_table_with_every_column(filling: ModuleType) -> None:
    for model in filling.FILLED:
        (statement,) = [
            one for one in filling.statements() if one.startswith(f"INSERT INTO {model._meta.db_table} ")
        ]
        assert all(f'"{field.column}"' in statement for field in model._meta.concrete_fields)


def test_a_part_measures_what_its_module_says(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure("one", 1, "s")
    monkeypatch.setattr("bench.composing.figures", lambda: iter([figure]))
    assert list(Part("composing", "Composing").figures()) == [figure]
