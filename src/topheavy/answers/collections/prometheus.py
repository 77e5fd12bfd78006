"""Figures for Prometheus: what was asked, what came and failed, what is under way and what is published."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from topheavy.answers.collections.facts import Collecting, Exposition, Stage
from topheavy.core.version import __version__
from topheavy.home import Home
from topheavy.lake.survey import Survey

_TABLES = "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY table_name"

_OF_AN_ATTEMPT = ("source", "route", "outcome", "fault")

_SUMS = (
    ("attempts", "topheavy_attempts", "Attempts at a unit of work"),
    ("calls", "topheavy_calls", "Requests to vendors"),
    ("bytes", "topheavy_received_bytes", "Bytes received"),
    ("seconds", "topheavy_attempt_seconds", "Seconds spent on attempts"),
)


def exposed(home: Home, survey: Survey, collections: Sequence[Collecting]) -> Exposition:
    """Return everything in the text format; every figure names the world it is about."""
    registry = CollectorRegistry()
    registry.register(_Gathered([*_of_the_home(home), *_of_the_ledger(survey, home.world),
                                 *_of_the_running(collections, home.world)]))  # fmt: skip
    return Exposition(generate_latest(registry).decode(), CONTENT_TYPE_PLAIN_0_0_4)


class _Gathered(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _of_the_home(home: Home) -> Iterator[Metric]:
    yield InfoMetricFamily("topheavy", "The version at work and the world of the home, simulated or real.",
                           value={"version": __version__, "world": home.world})  # fmt: skip
    if not home.warehouse.path.exists():
        return
    about = home.warehouse.about()
    at = GaugeMetricFamily("topheavy_published_timestamp_seconds", "When the figures were published.", labels=["world"])
    at.add_metric([about["world"]], datetime.fromisoformat(about["published_at"]).timestamp())
    yield at
    rows = [((row["table_name"],), row["estimated_size"]) for row in home.warehouse.rows(_TABLES)]
    yield _gauge("topheavy_published_rows", "Rows of a published table.", ("table",), rows, about["world"])


def _of_the_ledger(survey: Survey, world: str) -> Iterator[Metric]:
    units = [(_labels(row), row["units"]) for row in survey.states()]
    yield _gauge("topheavy_units", "Units of work by the end of their last attempt.", _OF_AN_ATTEMPT, units, world)
    sessions = [((row["source"], row["state"]), row["sessions"]) for row in survey.sessions()]
    yield _gauge("topheavy_sessions", "Sessions; partial: a unit of it failed.", ("source", "state"), sessions, world)
    sums = survey.sums()
    for column, name, about in _SUMS:
        counted = CounterMetricFamily(name, f"{about}.", labels=[*_OF_AN_ATTEMPT, "world"])
        for row in sums:
            counted.add_metric([*_labels(row), world], row[column])
        yield counted
    newest = [((source,), moment) for source, moment in _last_success(sums).items()]
    name, about = "topheavy_last_success_timestamp_seconds", "When a source last answered well."
    yield _gauge(name, about, ("source",), newest, world)


def _last_success(sums: list[dict[str, Any]]) -> dict[str, float]:
    newest: dict[str, float] = {}
    for row in sums:
        if row["outcome"] != "failed":
            moment = datetime.fromisoformat(row["newest"]).timestamp()
            newest[row["source"]] = max(moment, newest.get(row["source"], 0.0))
    return newest


def _of_the_running(collections: Sequence[Collecting], world: str) -> Iterator[Metric]:
    """Collections of the same title are added up: a figure a collection would be a new series every time."""
    running = [collection for collection in collections if collection.stage is Stage.RUNNING]
    of_all: Counter[str] = Counter(collection.title for collection in running)
    yield _gauge("topheavy_running_collections", "Collections under way.", ("title",), _each(of_all), world)
    for name in ("asked", "ended", "failed"):
        counted: Counter[str] = Counter()
        for collection in running:
            counted[collection.title] += getattr(collection, name)
        about = f"Units of the collections under way: {name}."
        yield _gauge(f"topheavy_running_units_{name}", about, ("title",), _each(counted), world)


def _each(counted: Counter[str]) -> list[tuple[tuple[str, ...], float]]:
    return [((title,), count) for title, count in sorted(counted.items())]


def _gauge(
    name: str, about: str, labels: Sequence[str], figures: Iterable[tuple[Sequence[str], float]], world: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[*labels, "world"])
    for values, figure in figures:
        family.add_metric([*values, world], figure)
    return family


def _labels(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in _OF_AN_ATTEMPT)
