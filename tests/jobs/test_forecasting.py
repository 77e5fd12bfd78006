"""From a published history to a forecast that was written down before the fact, and its score once the fact came."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree

import numpy as np
import pyarrow as pa
import pytest

from support.own_files import place_in
from support.walks import DAYS, closes, publish
from topheavy.answers.models.backtests import account
from topheavy.answers.models.history import Subject, history
from topheavy.answers.sql import ask
from topheavy.core.clock import Clock
from topheavy.core.errors import NotPublished, UsageError
from topheavy.datasets.schema import Layer, dataset, datasets
from topheavy.forecast.serving.registry import Registry
from topheavy.forecast.target import target
from topheavy.home import Home
from topheavy.jobs.forecast.backtest import Trial, try_out
from topheavy.jobs.forecast.predict import predict
from topheavy.jobs.forecast.retrain import FEWEST, judge, retrain
from topheavy.jobs.forecast.score import score
from topheavy.jobs.forecast.train import Order, train
from topheavy.tables.catalogs.catalog import NAMESPACE
from topheavy.tables.read import read
from topheavy.tables.streams.record import record

pytest.importorskip("onnxruntime", reason="needs the extra 'forecast'")

ALL = Subject(securities=("AAA", "BBB", "CCC"))
KNOWN = 150


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("walks")
    with place_in(folder) as opened:
        publish(opened, folder / "in", KNOWN)
        yield opened


@pytest.fixture
def place(published: Home) -> Iterator[Home]:
    """One publication for all, and no model or forecast of an earlier test."""
    yield published
    rmtree(published.settings.home / "models", ignore_errors=True)
    for item in datasets().values():
        if item.layer is Layer.RECORDED and published.tables.exists(item):
            published.tables.catalog.purge_table(f"{NAMESPACE}.{item.name}")


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Home]:
    """A home of its own, where more sessions come."""
    with place_in(tmp_path) as opened:
        publish(opened, tmp_path / "in", KNOWN)
        yield opened


def daily(count: int) -> Clock:
    """Nine in the evening, in New York's winter, of the last of ``count`` sessions."""
    moment = datetime.combine(DAYS[count - 1], datetime.min.time(), UTC) + timedelta(hours=26)
    return lambda: moment


def order(model: str = "drift", **more: object) -> Order:
    return Order(**{"model": model, "subject": ALL, "held_out": 40, **more})  # type: ignore[arg-type]


def test_prices_variances_and_shares_are_read_as_published(place: Home) -> None:
    found = closes(KNOWN)
    prices = history(place.warehouse, target("price"), ALL)
    assert prices.series == ("AAA", "BBB", "CCC")
    assert prices.values[:, 1].tolist() == pytest.approx(found["BBB"])
    assert prices.snapshot == place.warehouse.about()["fingerprint"]
    variances = history(place.warehouse, target("volatility"), Subject(securities=("AAA",)))
    before, now = found["AAA"][9:11]
    width, day = np.log(max(before, now) * 1.01 / (min(before, now) * 0.99)), np.log(now / before)
    assert variances.values[9, 0] == pytest.approx(0.5 * width**2 - (2 * np.log(2) - 1) * day**2, rel=1e-3)
    shares = history(place.warehouse, target("share"), Subject())
    last = {name: prices[-1] for name, prices in found.items()}
    assert shares.values[-1, 0] == pytest.approx(last["AAA"] / sum(last.values()))


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (Subject(securities=("AAB",)), "did you mean 'AAA'"),
        (Subject(group="magnificent"), "did you mean 'magnificent7'"),
        (Subject(index="SP50"), "did you mean 'SP500'"),
    ],
)
def test_a_subject_that_is_not_there_is_named_with_the_nearest(place: Home, subject: Subject, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        history(place.warehouse, target("price"), subject)


def test_a_session_that_nobody_has_is_a_gap_like_any_other(tmp_path: Path) -> None:
    """It was not collected: the closes around it are two sessions apart, and the last one stands in between."""
    with place_in(tmp_path) as place:
        publish(place, tmp_path / "in", KNOWN, missed=range(KNOWN - 2, KNOWN - 1))
        prices = history(place.warehouse, target("price"), ALL)
        shares = history(place.warehouse, target("share"), Subject())
    found = closes(KNOWN)
    assert prices.sessions.tolist() == shares.sessions.tolist() == DAYS[:KNOWN]
    assert prices.values[-3:, 1].tolist() == [found["BBB"][-3], found["BBB"][-3], found["BBB"][-1]]
    assert (prices.bridged, shares.bridged) == (3, 1)


def test_what_lies_before_a_long_gap_of_all_is_left_out(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        publish(place, tmp_path / "in", KNOWN, missed=range(60, 66))
        prices = history(place.warehouse, target("price"), ALL)
    assert prices.sessions.tolist() == DAYS[:KNOWN]
    assert np.isnan(prices.values[:66]).all()
    assert not np.isnan(prices.values[66:]).any()


def test_the_members_of_an_index_are_a_subject(place: Home) -> None:
    assert history(place.warehouse, target("price"), Subject(index="SP500")).series == ("AAA", "BBB", "CCC")


def test_nothing_is_learned_where_nothing_is_published(tmp_path: Path) -> None:
    with place_in(tmp_path / "empty") as empty, pytest.raises(NotPublished):
        train(empty, order())


def test_a_trained_model_is_registered_with_what_it_learned_from(place: Home) -> None:
    done = train(place, order(), clock=daily(KNOWN))
    card = Registry(place.settings.home).card("return-1")
    assert (done.card.version, done.alias, card.model, card.world) == (1, "champion", "drift", "real")
    assert (card.trained_from, card.trained_until) == (DAYS[0], DAYS[KNOWN - 1])
    parts = {
        row["part"]: (row["rows"], row["first"], row["last"])
        for row in ask(
            place,
            "SELECT part, COUNT(*) AS rows, MIN(session) AS first, MAX(session) AS last "
            "FROM training_sets GROUP BY part",
        )
    }
    assert parts == {
        "train": (3 * (KNOWN - 40), DAYS[0], DAYS[KNOWN - 41]),
        "test": (3 * 40, DAYS[KNOWN - 40], DAYS[KNOWN - 1]),
    }
    assert not list((place.settings.home / "models").glob(".training*"))


def test_what_a_card_says_of_the_held_out_sessions_was_not_learned_from(place: Home) -> None:
    """Drift fitted up to the cut, by hand: its errors after it are the card's."""
    card = train(place, order(), clock=daily(KNOWN)).card
    returns = np.diff(np.log(np.array(list(closes(KNOWN).values())).T), axis=0)
    cut = KNOWN - 40
    mean = returns[: cut - 1].mean(axis=0)
    errors = np.expm1(returns[cut:]) - np.expm1(mean)
    assert card.metrics["rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-9)
    assert card.metrics["forecasts"] == errors.size


def test_a_forecast_is_written_before_the_fact_and_never_again(place: Home) -> None:
    train(place, order(), clock=daily(KNOWN))
    first = predict(place, clock=daily(KNOWN))
    assert (first.new, len(first.rows)) == (3, 3)
    assert {row["session"] for row in first.rows} == {DAYS[KNOWN]}
    assert all(row["ahead"] for row in first.rows)
    mean = np.diff(np.log(closes(KNOWN)["AAA"])).mean()
    assert first.rows[0]["value"] == pytest.approx(np.expm1(mean))
    assert first.rows[0]["low"] < first.rows[0]["value"] < first.rows[0]["high"]
    assert predict(place, clock=daily(KNOWN + 3)).new == 0
    held = read(place.tables, dataset("forecasts")).to_pylist()
    assert {row["made_at"] for row in held} == {daily(KNOWN)()}


def test_a_forecast_made_late_says_so(place: Home) -> None:
    train(place, order(), clock=daily(KNOWN))
    assert not any(row["ahead"] for row in predict(place, clock=daily(KNOWN + 1)).rows)


def test_a_model_is_not_asked_about_what_it_has_seen(place: Home) -> None:
    train(place, order(), clock=daily(KNOWN))
    with pytest.raises(UsageError, match="would know what came"):
        predict(place, until=DAYS[KNOWN - 5])
    assert not read(place.tables, dataset("forecasts")).num_rows


def test_a_forecast_is_scored_once_its_session_has_come(growing: Home, tmp_path: Path) -> None:
    train(growing, order(horizon=2), clock=daily(KNOWN))
    train(growing, order(target="price", horizon=1), clock=daily(KNOWN))
    predict(growing, clock=daily(KNOWN))
    assert score(growing, clock=daily(KNOWN)) == 0
    publish(growing, tmp_path / "in", KNOWN + 1)
    assert score(growing, clock=daily(KNOWN + 1)) == 3
    assert score(growing, clock=daily(KNOWN + 1)) == 0
    publish(growing, tmp_path / "in", KNOWN + 2)
    assert score(growing, clock=daily(KNOWN + 2)) == 3
    found = closes(KNOWN + 2)["BBB"]
    rows = {row["name"]: row for row in read(growing.tables, dataset("scores")).to_pylist() if row["series"] == "BBB"}
    assert rows["price-1"]["actual"] == pytest.approx(found[KNOWN], abs=1e-3)
    assert rows["price-1"]["naive_error"] == pytest.approx(found[KNOWN] - found[KNOWN - 1], abs=1e-3)
    assert rows["return-2"]["actual"] == pytest.approx(found[KNOWN + 1] / found[KNOWN - 1] - 1, abs=1e-5)
    said = {row["name"]: row for row in account(growing)}
    assert said["return-2"]["scored"] == 3
    assert said["return-2"]["rmse_naive"] == pytest.approx(
        np.sqrt(np.mean([(p[KNOWN + 1] / p[KNOWN - 1] - 1) ** 2 for p in closes(KNOWN + 2).values()])), abs=1e-5
    )


def test_forecasts_join_what_is_published(growing: Home, tmp_path: Path) -> None:
    train(growing, order(), clock=daily(KNOWN))
    predict(growing, clock=daily(KNOWN))
    publish(growing, tmp_path / "in", KNOWN + 1)
    score(growing, clock=daily(KNOWN + 1))
    (row,) = ask(
        growing,
        "SELECT f.value, s.actual, b.close FROM forecasts AS f JOIN scores AS s USING (name, version, series, origin) "
        "JOIN bars AS b ON b.security = f.series AND b.session = f.session WHERE f.series = 'CCC'",
    )
    assert row["close"] == pytest.approx(closes(KNOWN + 1)["CCC"][-1])


def test_a_share_is_forecast_like_anything_else(place: Home) -> None:
    train(place, order(target="share", subject=Subject()), clock=daily(KNOWN))
    (row,) = predict(place, clock=daily(KNOWN)).rows
    last = {name: prices[-1] for name, prices in closes(KNOWN).items()}
    assert row["naive"] == pytest.approx(last["AAA"] / sum(last.values()))
    assert 0 < row["low"] < row["value"] < row["high"] < 1


def test_a_champion_is_trained_anew_only_on_something_new(growing: Home, tmp_path: Path) -> None:
    train(growing, order(), clock=daily(KNOWN))
    assert retrain(growing, "return-1") is None
    publish(growing, tmp_path / "in", KNOWN + 5)
    again = retrain(growing, "return-1", clock=daily(KNOWN + 5))
    assert again is not None
    assert (again.card.version, again.alias, again.card.trained_until) == (2, "challenger", DAYS[KNOWN + 4])
    verdict = judge(growing, "return-1")
    assert (verdict.champion, verdict.promoted) == (1, False)
    assert f"0 of {FEWEST} sessions" in verdict.why


@pytest.mark.slow
def test_a_challenger_that_is_no_better_does_not_win(place: Home) -> None:
    then = replace(ALL, until=DAYS[KNOWN - FEWEST - 2])
    train(place, order("naive", subject=then), clock=daily(KNOWN))
    train(place, order("drift", subject=then), clock=daily(KNOWN))
    for count in range(KNOWN - FEWEST - 1, KNOWN):
        predict(place, until=DAYS[count - 1], clock=daily(KNOWN))
    assert score(place) == 2 * 3 * (FEWEST + 1)
    verdict = judge(place, "return-1")
    assert (verdict.champion, verdict.promoted) == (1, False)
    assert "no evidence" in verdict.why


@pytest.mark.parametrize(("errors", "champion"), [((0.03, 0.01), 2), ((0.01, 0.03), 1)])
def test_what_was_better_on_the_same_sessions_becomes_champion(
    place: Home, errors: tuple[float, float], champion: int
) -> None:
    train(place, order("naive"), clock=daily(KNOWN))
    train(place, order("drift"), clock=daily(KNOWN))
    noise = np.random.default_rng(3).normal(1, 0.2, (2, FEWEST))
    rows = [
        {
            "name": "return-1",
            "version": version,
            "model": "any",
            "target": "return",
            "horizon": 1,
            "series": "AAA",
            "origin": DAYS[at],
            "session": DAYS[at + 1],
            "actual": 0.0,
            "naive_error": 0.02,
            "error": error * noise[version - 1, at],
            "within": None,
            "snapshot": "x",
            "scored_at": daily(KNOWN)(),
        }
        for version, error in enumerate(errors, 1)
        for at in range(FEWEST)
    ]
    record(place.tables, dataset("scores"), pa.Table.from_pylist(rows, schema=dataset("scores").schema))
    verdict = judge(place, "return-1")
    assert (verdict.champion, verdict.promoted) == (champion, champion == 2)
    assert Registry(place.settings.home).aliases("return-1").champion == champion


def test_a_dear_share_counts_no_more_than_a_cheap_one_when_prices_are_judged(place: Home) -> None:
    """The challenger errs half as much on a share of 10 and a tenth more on one of 1,000: it is better."""
    for model in ("naive", "drift"):
        train(place, order(model, target="price"), clock=daily(KNOWN))
    noise = np.random.default_rng(4).normal(1, 0.1, FEWEST)
    rows = [
        {
            "name": "price-1",
            "version": version,
            "model": "any",
            "target": "price",
            "horizon": 1,
            "series": series,
            "origin": DAYS[at],
            "session": DAYS[at + 1],
            "actual": price,
            "naive_error": 0.0,
            "within": None,
            "error": price * part * noise[at],
            "snapshot": "x",
            "scored_at": daily(KNOWN)(),
        }
        for version, parts in ((1, (0.04, 0.010)), (2, (0.02, 0.011)))
        for (series, price), part in zip((("AAA", 10.0), ("CCC", 1000.0)), parts, strict=True)
        for at in range(FEWEST)
    ]
    record(place.tables, dataset("scores"), pa.Table.from_pylist(rows, schema=dataset("scores").schema))
    assert judge(place, "price-1").champion == 2


def test_a_backtest_is_kept_with_its_single_forecasts(place: Home) -> None:
    trial = Trial(targets=("return", "share"), horizons=(1, 5), models=("drift",), subject=ALL, first=90, step=20)
    rows = try_out(place, trial, clock=daily(KNOWN))
    assert [(row["target"], row["horizon"], row["model"]) for row in rows][:2] == [
        ("return", 1, "naive"),
        ("return", 1, "drift"),
    ]
    assert read(place.tables, dataset("backtests")).num_rows == len(rows) == 8
    (run,) = {row["run"] for row in rows}
    (found,) = ask(
        place,
        "SELECT SQRT(AVG((actual - value) ** 2)) AS rmse, COUNT(*) AS n FROM backtest_forecasts "
        f"WHERE run = '{run}' AND target = 'return' AND horizon = 5 AND model = 'drift'",
    )
    kept = next(row for row in rows if (row["target"], row["horizon"], row["model"]) == ("return", 5, "drift"))
    assert kept["rmse"] == pytest.approx(found["rmse"])
    assert kept["forecasts"] == found["n"]
    naive = next(row for row in rows if (row["target"], row["horizon"], row["model"]) == ("return", 1, "naive"))
    returns = np.expm1(np.diff(np.log(np.array(list(closes(KNOWN).values())).T), axis=0))
    assert naive["rmse"] == pytest.approx(np.sqrt((returns[90 : KNOWN - 1] ** 2).mean()), rel=0.02)


def test_a_history_shorter_than_the_first_cut_is_refused(place: Home) -> None:
    with pytest.raises(UsageError, match="do not reach beyond the first 504"):
        try_out(place, Trial(models=("drift",), subject=ALL))


def test_a_model_that_does_not_forecast_the_target_is_refused(place: Home) -> None:
    with pytest.raises(UsageError, match="drift does not forecast volatility"):
        train(place, order(target="volatility"))
    with pytest.raises(UsageError, match="none of drift forecasts volatility"):
        try_out(place, Trial(targets=("volatility",), models=("drift",), subject=ALL, first=90))
