"""What the board answers from recorded rows: hand-made accounts, forecasts and scores in, figures out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.histories import task_of
from support.small_board import ACCOUNTS, DAYS, account, board_home, forecast, put, score
from topheavy.answers.models.backtests import Recorded, board
from topheavy.core.settings import read_settings
from topheavy.forecast.model import models
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import Registry
from topheavy.home import Home, open_home


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    """A home in which nothing was recorded and nothing is published."""
    with open_home(read_settings(tmp_path / "home", {})) as opened:
        yield opened


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    home = board_home(tmp_path_factory.mktemp("board") / "home")
    with board(read_settings(home, {})) as found:
        yield found


def test_an_empty_home_has_an_empty_board(place: Home) -> None:
    found = Recorded(place)
    assert (found.trials(), found.registered(), found.live()) == ((), (), ())
    assert found.series("r1", "price", 1) == ()


def test_trials_come_newest_first(shown: Recorded) -> None:
    assert [(one.run, one.target, one.horizon) for one in shown.trials()] == [
        ("r2", "price", 1),
        ("r2", "price", 5),
        ("r2", "return", 1),
        ("r1", "price", 1),
    ]
    newest = shown.trials()[0]
    assert (newest.window, newest.step, newest.since, newest.source_kind) == ("expanding", 63, DAYS[1], "real")


def test_naive_stands_first_then_the_best_and_who_failed_is_last(shown: Recorded) -> None:
    found = shown.standings("r2", "price", 1)
    assert [(one.model, one.ratio) for one in found] == [
        ("naive", 1.0), ("ridge", 0.99), ("theta", 1.001), ("lstm", 1.5), ("forest", None)
    ]  # fmt: skip
    assert found[0].title == "tomorrow = today"
    assert found[-1].failed == "it did not converge for BBB"
    assert [one.lagged_copy for one in found] == [False, False, False, True, False]


def test_what_was_lost_to_naive_adds_up(shown: Recorded) -> None:
    prices = shown.singles("r2", "price", 1, "lstm", "AAA")
    assert [one.lost for one in prices] == pytest.approx([-1, -1 + 4 - 1])
    assert [(one.session, one.low, one.high) for one in prices] == [(DAYS[1], 108, 112), (DAYS[2], 141, 145)]
    returns = shown.singles("r2", "return", 1, "ridge", "AAA")
    assert [one.lost for one in returns] == pytest.approx([-1, 2, 2, 2])
    assert [one.lost for one in shown.singles("r2", "price", 1, "naive", "AAA")] == [0, 0]


def test_series_are_those_whose_forecasts_are_kept(shown: Recorded) -> None:
    assert shown.series("r2", "price", 1) == ("AAA", "BBB")
    assert shown.series("r2", "price", 5) == ()


def test_what_is_recorded_later_is_seen_by_the_next_question(place: Home) -> None:
    found = Recorded(place)
    put(place, "backtests", [account(*one) for one in ACCOUNTS if one[0] == "r1"])
    assert [one.run for one in found.trials()] == ["r1"]
    assert len(found.standings("r2", "price", 5)) == 0
    put(place, "backtests", [account(*one) for one in ACCOUNTS if one[:3] == ("r2", "price", 5)])
    assert [one.run for one in found.trials()] == ["r2", "r1"]
    assert [one.model for one in found.standings("r2", "price", 5)] == ["naive", "ridge", "theta"]


def test_the_same_question_is_answered_once_until_something_is_recorded(place: Home) -> None:
    put(place, "backtests", [account(*one) for one in ACCOUNTS])
    found = Recorded(place)
    assert found.standings("r2", "price", 1) is found.standings("r2", "price", 1)


# live scores


def test_live_scores_are_counted_and_measured(place: Home) -> None:
    said = [forecast("AAA", 0), forecast("AAA", 1, ahead=False), forecast("AAA", 2), forecast("BBB", 2, version=2)]
    put(place, "forecasts", said)
    put(place, "scores", [score("AAA", 0, 0.03, 0.05), score("AAA", 1, -0.06, 0.03)])
    newer, one = Recorded(place).live()
    assert (one.name, one.version, one.recorded, one.ahead, one.scored) == ("return-1", 1, 3, 2, 2)
    assert (one.since, one.until, one.level, one.coverage) == (DAYS[1], DAYS[2], 0.8, 0.5)
    assert (one.mae, one.naive_mae) == (pytest.approx(0.045), pytest.approx(0.04))
    assert one.ratio == pytest.approx(((9 + 36) / (25 + 9)) ** 0.5)
    assert (newer.version, newer.scored, newer.ratio, newer.coverage) == (2, 0, None, None)
    assert (newer.drift.watched, newer.drift.said) == (False, "not watched yet: none of its forecasts has come due")


def test_a_prices_error_is_measured_in_parts_of_the_price(place: Home) -> None:
    price: dict[str, Any] = {"name": "price-1", "target": "price"}
    put(place, "forecasts", [forecast("AAA", at, naive=naive, **price) for at, naive in ((0, 10.0), (1, 1000.0))])
    scores = [score("AAA", 0, 2.0, 1.0, **price | {"actual": 11.0}),
              score("AAA", 1, 100.0, 100.0, **price | {"actual": 1100.0})]  # fmt: skip
    put(place, "scores", scores)
    (one,) = Recorded(place).live()
    assert one.ratio == pytest.approx(((0.2**2 + 0.1**2) / (0.1**2 + 0.1**2)) ** 0.5)


# drift


def sessions(count: int, since: date) -> list[date]:
    return [since + timedelta(days=at) for at in range(count)]


def watched(place: Home, wilder: float, worse: float) -> Recorded:
    """A backtest of 200 sessions and 60 live ones after it: a market ``wilder`` than then, forecasts ``worse``."""
    moves = np.random.default_rng(2).normal(0, 0.01, 260)
    said = np.random.default_rng(3).normal(0, 0.003, 260)
    days = sessions(261, date(2023, 1, 1))
    live = [200 + at for at in range(60)]
    put(
        place,
        "backtests",
        [account("r2", "return", 1, "naive", 1.0, ""), account("r2", "return", 1, "ridge", 1.0, "0")],
    )
    put(
        place,
        "backtest_forecasts",
        [
            {"run": "r2", "target": "return", "horizon": 1, "model": "ridge", "series": "AAA", "origin": days[at],
             "session": days[at + 1], "value": said[at], "naive": 0.0, "actual": moves[at]}
            for at in range(200)
        ],
    )  # fmt: skip
    dated = [{"origin": days[at], "session": days[at + 1]} for at in live]
    put(place, "forecasts", [forecast("AAA", 0) | one for one in dated])
    put(
        place,
        "scores",
        [score("AAA", 0, wilder * (moves[at] - worse * said[at]), wilder * moves[at]) | one
         for at, one in zip(live, dated, strict=True)],
    )  # fmt: skip
    return Recorded(place)


def test_a_model_that_has_become_worse_sets_off_the_alarm(place: Home) -> None:
    (one,) = watched(place, wilder=1, worse=8).live()
    assert (one.drift.watched, one.drift.alarm) == (True, True)
    assert "errors have grown beyond what its backtest lets one expect, since 2023-" in one.drift.said


@pytest.mark.parametrize("wilder", [1, 4])
def test_a_model_that_is_as_it_was_sets_off_none_however_wild_the_market(place: Home, wilder: float) -> None:
    (one,) = watched(place, wilder=wilder, worse=1).live()
    assert (one.drift.watched, one.drift.alarm) == (True, False)
    assert one.drift.said == "errors are those of its backtest, over 60 sessions"


def test_without_a_backtest_nothing_is_watched_and_it_is_said(place: Home) -> None:
    put(place, "forecasts", [forecast("AAA", 0)])
    put(place, "scores", [score("AAA", 0, 0.03, 0.05)])
    (one,) = Recorded(place).live()
    assert (one.drift.watched, one.drift.alarm) == (False, False)
    assert one.drift.said.endswith("run 'topheavy forecast backtest --model ridge --target return --horizon 1'")


def test_a_backtest_too_short_to_know_what_is_usual_is_said(place: Home) -> None:
    found = watched(place, wilder=1, worse=1)
    days = [{"origin": day, "session": day + timedelta(days=1)} for day in sessions(3, date(2023, 2, 10))]
    put(place, "forecasts", [forecast("AAA", 0, version=4) | day for day in days])
    put(place, "scores", [score("AAA", 0, 0.01, 0.01, version=4) | day for day in days])
    drift = {one.version: one.drift for one in found.live()}[4]
    assert (drift.watched, "too few" in drift.said) == (False, True)


# registered models


def card(name: str, model: str, **metrics: float) -> Card:
    return Card(
        name=name,
        model=model,
        title=f"the {model}",
        target="return",
        horizon=1,
        series=("AAA", "BBB"),
        lookback=1,
        snapshot="abc123",
        code_version="0.1",
        trained_from=date(2020, 1, 2),
        trained_until=date(2023, 12, 29),
        made_at=datetime(2024, 1, 2, tzinfo=UTC),
        world="simulated",
        metrics=metrics,
    )


def test_registered_models_come_champion_first(place: Home) -> None:
    registry, graph = Registry(place.settings.home), models()["drift"].learn(task_of("return")).graph()
    for model, ratio in (("drift", 0.99), ("ridge", float("nan")), ("lstm", 1.1)):
        registry.register(card("return-1", model, ratio=ratio, ratio_low=ratio - 0.01, ratio_high=1.2, p=0.5), graph)
    registry.promote("return-1", 2)
    found = Recorded(place).registered()
    assert [(one.version, one.alias, one.title) for one in found] == [
        (2, "champion", "the ridge"), (3, "challenger", "the lstm"), (1, "", "the drift")
    ]  # fmt: skip
    assert [(one.ratio, one.ratio_low, one.p) for one in found] == [
        (None, None, 0.5), (1.1, pytest.approx(1.09), 0.5), (0.99, pytest.approx(0.98), 0.5)
    ]  # fmt: skip
    assert (found[0].series, found[0].trained_until, found[0].source_kind) == (2, date(2023, 12, 29), "simulated")
