"""Marks tell the truth: what follows from a fixture is marked, and what kills a process says so."""

import ast
import re
from pathlib import Path

import pytest

from support.marks import goes_the_road, mark_items
from support.skipped import PARTS, part_of, told

TESTS = Path(__file__).parent
KILLS = re.compile(r"SIGKILL|\.kill\(\)|os\.kill\(")


def test_what_takes_a_broker_a_browser_or_the_market_is_marked(pytester_items: list[pytest.Item]) -> None:
    mark_items(pytester_items)
    assert {item.name: sorted(mark.name for mark in item.iter_markers()) for item in pytester_items} == {
        "test_a_broker": ["kafka"],
        "test_a_page_of_a_broker": ["browser", "kafka"],
        "test_the_market": ["market", "skipif"],
        "test_nothing": [],
    }


def test_a_file_that_runs_jobs_or_commands_goes_the_road() -> None:
    assert goes_the_road(TESTS / "jobs" / "test_collect.py")
    assert goes_the_road(TESTS / "test_cli.py")
    assert not goes_the_road(TESTS / "core" / "test_text.py")


@pytest.fixture
def pytester_items(request: pytest.FixtureRequest, tmp_path: Path) -> list[pytest.Item]:
    """Tests of a file made for this, collected and not run."""
    path = tmp_path / "test_made.py"
    path.write_text(
        "from support.market_data import needs_market\n"
        "def test_a_broker(own_kafka): ...\n"
        "def test_a_page_of_a_broker(look, kafka): ...\n"
        "@needs_market\ndef test_the_market(): ...\n"
        "def test_nothing(tmp_path): ...\n"
    )
    module = pytest.Module.from_parent(request.session, path=path)
    return [item for item in module.collect() if isinstance(item, pytest.Item)]


def test_what_kills_a_process_says_so() -> None:
    unmarked = []
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        if path == Path(__file__) or "mark.kill" in _module_marks(tree):
            continue
        unmarked += [
            f"{path.relative_to(TESTS)}::{node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            if KILLS.search(ast.unparse(node)) and not any("mark.kill" in ast.unparse(d) for d in node.decorator_list)
        ]
    assert not unmarked


def _module_marks(tree: ast.Module) -> str:
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign) and _is_mark(node))


def _is_mark(node: ast.Assign) -> bool:
    return any(getattr(target, "id", "") == "pytestmark" for target in node.targets)


def test_every_part_that_may_be_missing_is_known_by_the_reason_its_tests_give() -> None:
    reasons = {
        "no 'chromium' was found: install Debian's package to see the pages": "a browser",
        "no Java here: install Java 17 or newer to run a real Kafka": "a real Kafka",
        "Kafka's jars cannot be had here (deploy/kafka/fetch): exit 22": "a real Kafka",
        "the real market files are not here: set TOPHEAVY_MARKET_DATA to their folder": "the market files",
        "../shared/market/wire/polygon.json is not there": "the market files",
        "needs the extra 'forecast'": "extras or test tools",
        "Dagster is not installed: uv sync --extra dagster": "extras or test tools",
        "this user may write everywhere": "a user who is not root",
    }
    assert {reason: getattr(part_of(reason), "name", None) for reason in reasons} == reasons
    assert all(part.command for part in PARTS)


def test_what_is_about_no_part_is_told_as_it_is() -> None:
    assert list(told(["a vendor's market has no seed", "no 'chromium' was found"])) == [
        "1 test skipped for want of a browser: sudo apt-get install chromium",
        "1 test skipped: a vendor's market has no seed",
    ]


def test_what_the_quick_loop_leaves_out_by_name_is_there() -> None:
    makefile = (TESTS.parent / "Makefile").read_text()
    listed = re.search(r"^QUICK_WITHOUT := ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert listed is not None
    names = listed[1].replace("\\", " ").split()
    assert len(names) > 3
    assert not [name for name in names if not (TESTS / name).exists()]


def test_every_contract_that_the_guide_names_is_there() -> None:
    guide = (TESTS.parent / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", guide))
    assert len(named) >= 9
    assert not [name for name in named if not (TESTS.parent / name).exists()]
