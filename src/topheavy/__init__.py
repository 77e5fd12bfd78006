"""topheavy: is your index top-heavy?

The map. A datum is always somewhere; a room is a place where data rests, and steps are joined by storage::

    sources ─▶ lake ─▶ tables ─▶ metrics ─▶ warehouse ─▶ answers ─▶ web, terminal, your own Python
                       ▲ ▲ │ ▲
              stream ──┘ │ ▼ └── forecast
                       repairs

    core       words shared by all: calendar, symbols, http, plugins, settings, clock, locks, text, errors, log
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
``SEES`` says which room may import which, ``OUTSIDE`` which room may name which library;
``tests/test_architecture.py`` holds both.
"""

from importlib.metadata import version

__all__ = ["OUTSIDE", "SEES", "__version__"]

__version__ = version("topheavy")

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
    "terminal": frozenset({"core"}),
}
"""Room → the rooms it may import (every room may import ``core``'s words and itself)."""

OUTSIDE: dict[str, frozenset[str]] = {
    "pyreqwest": frozenset({"core"}),
    "stamina": frozenset({"core"}),
    "exchange_calendars": frozenset({"core"}),
    "obstore": frozenset({"lake"}),
    "sqlite3": frozenset({"core", "lake"}),
    "pyiceberg": frozenset({"tables"}),
    "duckdb": frozenset({"metrics", "warehouse"}),
    "python_calamine": frozenset({"sources"}),
    "confluent_kafka": frozenset({"stream"}),
    "websockets": frozenset({"stream"}),
    "aws_msk_iam_sasl_signer": frozenset({"stream"}),
    "orjson": frozenset({"sources", "simulator", "stream"}),
    "polars": frozenset({"sources", "repairs", "tables", "stream"}),
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
