"""A made-up market goes on where the one that is published here ended, and never where real figures are."""

from datetime import date
from pathlib import Path

import pytest

from answers.test_live_reader import whole
from topheavy.core.settings import read_settings
from topheavy.jobs.stream.commands import made_up
from topheavy.stream.feed import Ask
from topheavy.warehouse.build import build

LAST, BEFORE = date(2024, 12, 13), date(2024, 12, 12)


def publish(home: Path, world: str) -> None:
    caps = [
        {"session": LAST, "issuer": name, "security": name, "market_cap": cap}
        for name, cap in (("AAA", 1.0), ("BBB", 2.0))
    ]
    bars = [{"session": day, "security": name, "close": close}
            for day, name, close in ((LAST, "AAA", 10.0), (LAST, "BBB", 20.0), (BEFORE, "AAA", 9.0))]  # fmt: skip
    build(home, {"market_caps": whole("market_caps", caps), "bars": whole("bars", bars)}, [], [], {"world": world})


def test_it_goes_on_at_the_last_closes_the_largest_first(tmp_path: Path) -> None:
    publish(tmp_path, "simulated")
    asked = made_up(read_settings(tmp_path, {}), Ask())
    assert list(asked.options["prices"].items()) == [("BBB", 20.0), ("AAA", 10.0)]


@pytest.mark.parametrize("world", ["real", ""])
def test_real_figures_and_an_empty_home_are_left_alone(tmp_path: Path, world: str) -> None:
    if world:
        publish(tmp_path, world)
    assert made_up(read_settings(tmp_path, {}), Ask()) == Ask()
