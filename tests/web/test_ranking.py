"""What the scoreboard says of a backtest: headline, verdicts, axis, and the words under its charts."""

from collections.abc import Callable
from typing import Any

import pytest

from support.small_board import ACCOUNTS, DAYS, account
from topheavy.answers.models.facts import Backtested, Degradation, LiveScore, Single, Standing, Trial
from topheavy.answers.models.selection import Looked
from topheavy.web.pages.scoreboard.forecast_charts import persuading_words, telling_words
from topheavy.web.pages.scoreboard.ranking import headline, horizons, place, reach_of, standings
from topheavy.web.pages.scoreboard.registry import live
from topheavy.web.pages.scoreboard.verdict import answer, chance, held_out, ratio

Read = Callable[[Any], str]


def standing(*row: Any) -> Standing:
    """A model's account, from a row of ``ACCOUNTS``."""
    known = dict.fromkeys(Standing.model_fields) | account(*row)
    return Standing(**{name: known[name] for name in Standing.model_fields} | {"title": known["model"]})


def looked(run: str, horizon: int = 1, target: str = "price", world: str = "real") -> Looked:
    """What is looked at: a backtest with its models, naive first, no single forecasts."""
    rows = [row for row in ACCOUNTS if row[:3] == (run, target, horizon)]
    models = sorted(map(standing, *zip(*rows, strict=True)), key=lambda one: (one.model != "naive", one.ratio or 99))
    told = account(*rows[0]) | {"source_kind": world}
    trial = Trial(**{name: told[name] for name in Trial.model_fields})
    return Looked((trial,), trial, tuple(models), models[1], "", ())


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (looked("r2"), "Of 3 models, none beats “tomorrow = today” for the next session's price of 2 securities"),
        (looked("r1"), "Of 2 models, one beats “tomorrow = today” for the next session's price of 2 securities"),
        (looked("r2", 5), "Of 2 models, two beat “tomorrow = today” for the price 5 sessions ahead of 2 securities"),
        (looked("r2", 1, "return"), "Ridge does not beat “tomorrow = today” for the next session's return of"),
    ],
)
def test_the_headline_says_whether_anything_beats_naive(text_of: Read, shown: Looked, said: str) -> None:
    text = text_of(headline(shown))
    assert said in text
    assert "Magnificent 7, 3 Dec 2024 to 9 Dec 2024" in text
    assert "SIMULATED" not in text


def test_a_backtest_of_naive_alone_says_so() -> None:
    assert answer([standing(*ACCOUNTS[1])]) == ("No model was scored beside", "")


def test_a_simulated_backtest_says_so_in_the_headline(text_of: Read) -> None:
    assert "SIMULATED" in text_of(headline(looked("r2", world="simulated")))


def test_no_evidence_of_skill_is_said_in_words_beside_the_p_value(text_of: Read) -> None:
    text = text_of(standings(looked("r2")))
    assert text.count("no evidence of skill") == 2
    assert text.count("0.600") == 2
    assert "worse than naive" in text
    assert "lagged copy" in text
    assert "not scored: it did not converge for BBB" in text
    assert "Sharpe, net (hold 1.25)" in text


def test_every_horizon_is_told_with_its_verdict(text_of: Read) -> None:
    found = [looked("r2"), looked("r2", 5)]
    accounts = [Backtested(**one.trial.model_dump(), models=one.models) for one in found]
    text = text_of(horizons(accounts, found[0]))
    assert "1 session ahead" in text
    assert "5 sessions ahead" in text
    assert "0.990no evidence of skill" in text
    assert "0.950better than naive" in text


def test_the_axis_holds_most_models_and_cuts_the_others_off() -> None:
    assert reach_of(looked("r1").models) == 1.5, "0.9 ± 0.02 and 1.2 ± 0.02: two of two, with ends at 0.88 and 1.22"
    assert reach_of([standing(*ACCOUNTS[1])]) == 1.01
    assert place(1.25, 1.25) == 100
    assert place(0.5, 4.0) == 25
    assert place(99, 1.25) == 100


@pytest.mark.parametrize(
    ("value", "written"), [(None, "—"), (0.97881, "0.979"), (1.0, "1.000"), (8.6085, "8.61"), (19.04, "19.0")]
)
def test_a_ratio_is_written_with_the_digits_that_tell_it_from_one(value: float | None, written: str) -> None:
    assert ratio(value) == written


def test_a_p_value_is_never_written_as_nothing() -> None:
    assert [chance(p).replace("\u00a0", " ") for p in (0.0, 0.0004, 0.0512, None)] == [
        "< 0.001",
        "< 0.001",
        "0.051",
        "—",
    ]


@pytest.mark.parametrize(
    ("low", "high", "p", "said"),
    [(0.9, 0.95, 0.06, "no evidence of skill"), (0.9, 0.95, 0.05, "better than naive"),
     (1.01, 1.2, 0.001, "worse than naive"), (None, None, 0.001, "not tried")],
)  # fmt: skip
def test_a_held_out_ratio_is_put_in_words(low: float | None, high: float | None, p: float, said: str) -> None:
    assert held_out(low, high, p) == said


def test_the_charts_words_hold_both_r2_and_the_end(text_of: Read) -> None:
    rows = ((10.0, 11.0, 0.5), (12.0, 11.0, 1.0), (13.0, 14.0, -1.0))
    singles = [
        Single(origin=DAYS[at], session=DAYS[at + 1], value=value, low=None, high=None, naive=12.0, actual=actual,
               lost=lost)
        for at, (value, actual, lost) in enumerate(rows)
    ]  # fmt: skip
    said = text_of(persuading_words(singles))
    assert "R² of this chart: 0.500" in said, "what came: 11, 11, 14, with a mean of 12: 1 − (1 + 1 + 1) ÷ (1 + 1 + 4)"
    assert "of “tomorrow = today”: 0.000" in said
    assert "Nothing to hide behind" in said, "naive's R² is nothing: it has no part in a line that comes close"
    told = text_of(telling_words(looked("r2"), singles))
    assert "ends at or below zero" in told
    assert "was 0.667 times naive's" in told, "one of naive's mean squared errors less, over three: 1 − 1 ÷ 3"


def test_drift_is_an_alarm_in_words(text_of: Read) -> None:
    drift = Degradation(alarm=True, watched=True, said="errors have grown")
    counts = {"recorded": 9, "ahead": 2, "scored": 8, "since": DAYS[0], "until": DAYS[1]}
    errors = {"mae": 1.0, "naive_mae": 1.0, "ratio": 1.25, "level": 0.8, "coverage": 0.5}
    told = {"name": "return-1", "version": 3, "model": "lstm", "target": "return", "horizon": 1, "drift": drift}
    one = LiveScore.model_validate(told | counts | errors)
    text = text_of(live([one]))
    assert "return-1 3 (lstm): errors have grown." in text
    assert "50.0 % of 80 %" in text


def test_a_chart_in_which_naive_looks_as_good_is_said_to_persuade(text_of: Read) -> None:
    singles = [
        Single(
            origin=DAYS[at], session=DAYS[at + 1], value=naive, low=None, high=None, naive=naive, actual=actual, lost=0
        )
        for at, (naive, actual) in enumerate(((10.0, 20.0), (20.0, 30.0), (30.0, 40.0), (40.0, 10.0)))
    ]
    assert "Nothing to hide behind" in text_of(persuading_words(singles))
    steady = [one.model_copy(update={"naive": one.actual - 1, "value": one.actual + 2}) for one in singles]
    said = text_of(persuading_words(steady))
    assert "This chart persuades." in said
    assert "R² of this chart: 0.968" in said, "20, 30, 40, 10, mean 25: 1 − 4 × 4 ÷ 500"
    assert "on the same days: 0.992" in said, "1 − 4 × 1 ÷ 500"
