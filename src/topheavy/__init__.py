"""topheavy: is your index top-heavy?

The map. A datum is always somewhere; a room is a place where data rests, and steps are joined by storage::

    sources ─▶ lake ─▶ tables ─▶ metrics ─▶ warehouse ─▶ answers ─▶ web, terminal, your own Python
                       ▲ ▲ │ ▲
              stream ──┘ │ ▼ └── forecast
                       repairs

    core       words shared by all: calendar, symbols, http, files, plugins, settings, clock, text, errors, log
    datasets   what the data is: one file a table (columns, units, key, partition, checks)
    sources    one file a vendor: fetch brings bytes untouched, parse is pure
    simulator  a market that never was, and a vendor's HTTP API in front of it
    lake       the raw zone: what came, as it came, and a ledger of what was asked, came and failed
    tables     open Iceberg tables: catalogs, write, read as of a time, streams, upkeep
    repairs    one file a rule: what is wrong in the data, how it was mended, with evidence
    stream     the market live: the broker seam (kafka), the wire, feeds, the sink, processors
    metrics    questions in SQL, one file each, and the engines that answer them
    forecast   models, one file each; folds and scores against "tomorrow = today"; the registry
    warehouse  the published copy: one DuckDB file, keys checked, read-only sandboxed SQL
    home       a home opened: lake, tables, warehouse and settings at hand
    portfolios  what a person owns: brokers' exports read, one file a format; kept in the home, for its owner alone
    answers    READS: what can be asked of a home, typed, each answer with its evidence
    jobs       WRITES: carries data from room to room, a folder a leg: collect, refine, publish, stream, forecast …
    web        DRAWS: the frame, the JSON interface, and a folder for each page with its own parts
    cli        one command per leg of the road; terminal is what a person reads there

Three kinds of code do not mix: jobs write, answers read, web draws.
``SEES`` says which room may import which, ``OUTSIDE`` which room may name which library, ``WRITERS`` which functions
write; ``tests/test_architecture.py`` holds them.

From Python::

    import topheavy

    with topheavy.open("my-home") as home:
        answer = home.ask("concentration", index="SP500", on="2023-12-29")
        print(answer.evidence.world, answer.to_pandas())
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from topheavy.answers.answer import Answer, AnswerEvidence
    from topheavy.answers.catalogue.catalogue import AskableQuestion
    from topheavy.answers.open_home import OpenHome
    from topheavy.core.errors import NotPublished, TopheavyError, UsageError
    from topheavy.core.version import __version__

__all__ = [
    "Answer",
    "AnswerEvidence",
    "AskableQuestion",
    "NotPublished",
    "OpenHome",
    "TopheavyError",
    "UsageError",
    "__version__",
    "open",
]


def open(home: "str | Path | None" = None) -> "OpenHome":
    """Open a home for reading: the folder given, else ``TOPHEAVY_HOME``, else ``.topheavy``.

    Raises:
        TopheavyError: when there is no home.

    Example:
        >>> home = topheavy.open(path)
        >>> home.world
        'real'
        >>> home.close()
    """
    from topheavy.answers.open_home import OpenHome

    return OpenHome(home)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing the package takes no time."""
    if name == "__version__":
        from topheavy.core.version import __version__

        return __version__
    if name in ("NotPublished", "TopheavyError", "UsageError"):
        from topheavy.core import errors

        return getattr(errors, name)
    if name in ("Answer", "AnswerEvidence", "AskableQuestion", "OpenHome"):
        from topheavy.answers import open_home  # which names them all

        return getattr(open_home, name)
    raise AttributeError(f"module 'topheavy' has no attribute '{name}'")


def __dir__() -> list[str]:
    """List the public names, those not yet imported too."""
    return sorted({*globals(), *__all__})


SEES: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "datasets": frozenset({"core"}),
    "sources": frozenset({"core", "datasets"}),
    "simulator": frozenset({"core"}),
    "lake": frozenset({"core"}),
    "tables": frozenset({"core", "datasets"}),
    "repairs": frozenset({"core", "datasets"}),
    "stream": frozenset({"core", "datasets"}),
    "metrics": frozenset({"core", "datasets"}),
    "forecast": frozenset({"core", "datasets"}),
    "warehouse": frozenset({"core", "datasets"}),
    "portfolios": frozenset({"core"}),
    "home": frozenset({"core", "lake", "tables", "warehouse"}),
    "answers": frozenset(
        {
            "core",
            "datasets",
            "portfolios",
            "home",
            "lake",
            "tables",
            "stream",
            "metrics",
            "forecast",
            "warehouse",
        }
    ),
    "web": frozenset({"core", "datasets", "portfolios", "answers"}),
    "jobs": frozenset(
        {
            "core",
            "datasets",
            "sources",
            "simulator",
            "lake",
            "tables",
            "repairs",
            "stream",
            "metrics",
            "forecast",
            "warehouse",
            "portfolios",
            "home",
            "answers",
            "web",
        }
    ),
    "cli": frozenset({"core", "portfolios", "home", "answers", "jobs", "terminal"}),
    "terminal": frozenset({"core", "answers", "jobs"}),
}
"""Room → the rooms it may import (every room may import ``core``'s words and itself)."""

OUTSIDE: dict[str, frozenset[str]] = {
    "pyreqwest": frozenset({"core"}),
    "stamina": frozenset({"core"}),
    "fcntl": frozenset({"core"}),
    "exchange_calendars": frozenset({"core"}),
    "obstore": frozenset({"lake"}),
    "sqlite3": frozenset({"core", "lake"}),
    "pyiceberg": frozenset({"tables"}),
    "duckdb": frozenset({"metrics", "warehouse"}),
    "pandas": frozenset({"answers"}),
    "python_calamine": frozenset({"sources"}),
    "confluent_kafka": frozenset({"stream"}),
    "websockets": frozenset({"stream"}),
    "aws_msk_iam_sasl_signer": frozenset({"stream"}),
    "orjson": frozenset({"sources", "simulator", "stream"}),
    "polars": frozenset({"answers", "sources", "repairs", "tables", "stream"}),
    "dash": frozenset({"web"}),
    "dash_ag_grid": frozenset({"web"}),
    "dash_mantine_components": frozenset({"web"}),
    "plotly": frozenset({"web"}),
    "fastapi": frozenset({"web"}),
    "pydantic": frozenset({"answers", "web"}),
    "starlette": frozenset({"web", "simulator"}),
    "uvicorn": frozenset({"web", "simulator"}),
    "arch": frozenset({"forecast"}),
    "jax": frozenset({"forecast"}),
    "keras": frozenset({"forecast"}),
    "lightgbm": frozenset({"forecast"}),
    "onnx": frozenset({"forecast"}),
    "onnxruntime": frozenset({"forecast"}),
    "optax": frozenset({"forecast"}),
    "scipy": frozenset({"forecast"}),
    "sklearn": frozenset({"forecast"}),
    "statsmodels": frozenset({"forecast"}),
    "prometheus_client": frozenset({"answers"}),
    "typer": frozenset({"cli"}),
    "rich": frozenset({"terminal"}),
}
"""Library → the only rooms that may name it."""

WRITERS: dict[str, frozenset[str]] = {
    "topheavy.lake.folder": frozenset({"settle", "alone"}),
    "topheavy.lake.raw": frozenset({"keep", "set_aside"}),
    "topheavy.lake.store": frozenset({"put_once"}),
    "topheavy.lake.remarks": frozenset({"replace"}),
    "topheavy.lake.leases": frozenset({"claim", "release"}),
    "topheavy.lake.ledger": frozenset(
        {
            "transaction",
            "note_attempt",
            "note_answer",
            "note_unreadable",
            "note_refined",
            "read_again",
            "forget_refined",
            "begin",
            "end",
        }
    ),
    "topheavy.tables.catalogs.catalog": frozenset({"open"}),
    "topheavy.tables.catalogs.beside": frozenset({"beside", "adopt"}),
    "topheavy.tables.catalogs.relocate": frozenset({"settle"}),
    "topheavy.tables.write": frozenset({"replace_slices", "replace_all"}),
    "topheavy.tables.upkeep": frozenset({"tidy", "sweep"}),
    "topheavy.tables.streams.streaming": frozenset({"append", "restart", "replace"}),
    "topheavy.tables.streams.compact": frozenset({"compact", "trim"}),
    "topheavy.tables.streams.record": frozenset({"record"}),
    "topheavy.warehouse.build": frozenset({"build"}),
}
"""File → its functions and methods that write: ``answers`` and ``web`` may name none of them."""
