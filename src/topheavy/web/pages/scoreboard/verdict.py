"""What a backtest says in words: what was forecast, whether anything beats "tomorrow = today", and how sure that is."""

from collections.abc import Sequence

from topheavy.answers.models.facts import BETTER, NAIVE, WORSE, Standing, Trial
from topheavy.core.text import GAP, NONE, group_title, index_title, number

SIGNIFICANT = 0.05

QUOTED = f"“tomorrow{GAP}={GAP}today”"

_COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_ONE = {
    "price": "the next session's price",
    "return": "the next session's return",
    "volatility": "the next session's volatility",
    "share": "the next session's index share",
}
_MORE = {
    "price": "the price {0} sessions ahead",
    "return": "the return over {0} sessions",
    "volatility": "the volatility of the next {0} sessions",
    "share": "the index share {0} sessions ahead",
}


def what(trial: Trial) -> str:
    """Say what was forecast.

    >>> what(Trial.model_construct(target="price", horizon=1)), what(Trial.model_construct(target="price", horizon=5))
    ("the next session's price", 'the price 5 sessions ahead')
    """
    words = _ONE if trial.horizon == 1 else _MORE
    return words.get(trial.target, f"{trial.target} at a horizon of {{0}}").format(trial.horizon)


def of_how_many(trial: Trial) -> str:
    """Say of how many series: ``7 securities``."""
    singular, more = ("group", "groups") if trial.target == "share" else ("security", "securities")
    return f"{trial.series:,}{GAP}{singular if trial.series == 1 else more}"


def subject(trial: Trial) -> str:
    """Say whose history it is, with names as people write them."""
    if trial.group:
        return group_title(trial.group)
    return f"members of the {index_title(trial.index)}" if trial.index else trial.subject


def answer(models: Sequence[Standing]) -> tuple[str, str]:
    """Return the headline's count and its finding: ``Of 11 models,``, ``none beats``."""
    scored = [model for model in models if model.model != NAIVE and not model.failed]
    better = sum(model.better for model in scored)
    if not scored:
        return "No model was scored beside", ""
    if len(scored) == 1:
        return f"{scored[0].title[:1].upper()}{scored[0].title[1:]}", "beats" if better else "does not beat"
    verb = "beats" if better < 2 else "beat"
    return f"Of {len(scored)} models,", f"{_COUNTS[better] if better < len(_COUNTS) else better} {verb}"


def kind(standing: Standing) -> str:
    """Return the verdict's style: better, worse, naive, or none where the difference may be chance."""
    if standing.model == NAIVE:
        return "yardstick"
    return {BETTER: "better", WORSE: "worse"}.get(standing.skill, "chance")


def ratio(value: float | None) -> str:
    """Write a ratio with as many digits as tell it from 1: ``0.979``, ``8.61``, ``12.4``."""
    if value is None:
        return NONE
    return number(value, 3 if value < 2 else 2 if value < 10 else 1)


def chance(p: float | None) -> str:
    """Write a p-value: ``0.816``, ``< 0.001``."""
    if p is None:
        return NONE
    return f"<{GAP}0.001" if p < 0.001 else number(p, 3)


def held_out(low: float | None, high: float | None, p: float | None) -> str:
    """Say in words what a held-out ratio's interval and p-value say.

    >>> held_out(0.9, 0.99, 0.01), held_out(1.1, 1.2, 0.01), held_out(0.9, 1.1, 0.6), held_out(None, None, None)
    ('better than naive', 'worse than naive', 'no evidence of skill', 'not tried')
    """
    if low is None or high is None or p is None:
        return "not tried"
    if p > SIGNIFICANT:
        return "no evidence of skill"
    return BETTER if (low + high) / 2 < 1 else WORSE
