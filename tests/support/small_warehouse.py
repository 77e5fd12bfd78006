"""A published home small enough to check by hand: four companies, five sessions, one index, two funds.

The index ``SP500`` in billions of dollars (the last line: its share of the group AAA + BBB)::

    session       25 Mar   26 Mar   27 Mar          28 Mar        1 Apr     (29 Mar is Good Friday)
    AAA               40       40   40              50               60
    BBB                –       20   20              25               20     joins on 26 Mar
    CCC (A + B)       40       30   30 typical      15               15     class A is two thirds
    DDD               20       10   10 typical      10 carried        5     on 28 Mar at least 8, at most 12
    total            100      100   100            100              100
    coverage        100 %    100 %   60 %            90 %             100 %  floor: 70 %
    HHI             3600     3000   withheld      3450             4250
    group's share   40 %     60 %   withheld        75 %             80 %    on 28 Mar 75 of 98 to 102

The fund ``FND`` holds, on 28 Mar, 6 M of AAA, 2 M of CCC.A and 2 M of ZZZ; the file of ``WTS`` prints weights only.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from math import exp, log
from pathlib import Path
from typing import Any

import pyarrow as pa

from topheavy.datasets.schema import Layer, dataset, datasets
from topheavy.metrics.questions import QuestionKind, in_order, questions
from topheavy.warehouse.build import View, build

MON, TUE, WED, THU, LAST = (
    date(2024, 3, 25),
    date(2024, 3, 26),
    date(2024, 3, 27),
    date(2024, 3, 28),
    date(2024, 4, 1),
)
HOLIDAY, SUNDAY = date(2024, 3, 29), date(2024, 3, 31)
SESSIONS = (MON, TUE, WED, THU, LAST)
FLOOR = 0.7
CCC = "0000000003"
WITHHELD = "coverage 60.0 % is below the floor of 70.0 %"

_NAMES = {"AAA": "ALPHA INC", "BBB": "Beta", CCC: "GAMMA HOLDINGS INC", "DDD": "DELTA CORP", "ZZZ": "Zeta"}
_MAIN = {CCC: "CCC.A"}
_BILLIONS: dict[date, dict[str, float]] = {
    MON: {"AAA": 40, CCC: 40, "DDD": 20},
    TUE: {"AAA": 40, "BBB": 20, CCC: 30, "DDD": 10},
    WED: {"AAA": 40, "BBB": 20, CCC: 30, "DDD": 10},
    THU: {"AAA": 50, "BBB": 25, CCC: 15, "DDD": 10},
    LAST: {"AAA": 60, "BBB": 20, CCC: 15, "DDD": 5},
}
_STOOD_IN = {
    (WED, CCC): ("typical", "no share count"),
    (WED, "DDD"): ("typical", "failed: HTTP 503 from the vendor"),
    (THU, "DDD"): ("carried", "no bar"),
}
_FUNDS = {"FND": {"AAA": 6e6, CCC: 2e6, "ZZZ": 2e6}, "WTS": {"AAA": 0.5, "DDD": 0.5}}

Rows = list[dict[str, Any]]


def publish_small(
    home: Path,
    world: str = "real",
    published_at: str = "2024-04-02T06:00:00+00:00",
    closes: Mapping[str, Mapping[date, float]] | None = None,
) -> Path:
    """Publish the small warehouse into ``home`` and return it; ``closes`` are bars that did not move in their day."""
    home.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Rows] = {
        "weights": _index_weights() + _fund_weights(),
        "concentration": _concentration(_index_weights() + _fund_weights()),
        "securities": [_known("securities", security=item, issuer=issuer, name=_NAMES[issuer])
                       for item, issuer in _securities().items()],
        "groups": [_known("groups", group=name, security=item, symbol=item)
                   for name, item in (("magnificent7", "AAA"), ("magnificent7", "BBB"), ("gamma", "CCC.B"))],
        "holdings": [_holding(fund, line, member, value)
                     for fund, lines in _FUNDS.items() for line, (member, value) in enumerate(lines.items(), 1)],
        "repairs": _repairs(),
        "runs": _runs(),
        "bars": [_known("bars", session=day, security=name, symbol=name, basis=day, open=x, high=x, low=x, close=x)
                 for name, days in (closes or {}).items() for day, x in days.items()],
    }  # fmt: skip
    tables = {name: _table(name, rows.get(name, [])) for name, item in datasets().items() if item.layer != Layer.VIEW}
    given = {
        "sessions": pa.table({"session": pa.array(SESSIONS, pa.date32())}),
        "coverage_floor": pa.table({"floor": [FLOOR]}),
    }
    about = {
        "world": world,
        "published_at": published_at,
        "version": "0.0.1",
        "fingerprint": f"small-{world}",
        "coverage_floor": str(FLOOR),
    }
    build(home, tables | given, _views(), [], about)
    return home


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=dataset(name).schema)


def _views() -> list[View]:
    kinds = {QuestionKind.STEP, QuestionKind.VIEW}
    names = [item.name for item in questions().values() if item.kind in kinds]
    return [View(item.name, item.sql) for item in in_order(names) if item.kind in kinds]


def _known(table: str, **values: Any) -> dict[str, Any]:
    """A parsed row with its provenance."""
    known = {"source": "files", "source_kind": "file", "origin": "files/small", "received_at": datetime.now(UTC)}
    empty = {column.name: None for column in dataset(table).columns}
    return empty | known | values


def _securities() -> dict[str, str]:
    return {"AAA": "AAA", "BBB": "BBB", "CCC.A": CCC, "CCC.B": CCC, "DDD": "DDD", "ZZZ": "ZZZ"}


def _index_weights() -> Rows:
    rows = []
    for session, values in _BILLIONS.items():
        for issuer, billions in values.items():
            how, reason = _STOOD_IN.get((session, issuer), ("measured", None))
            at = {"session": session, "index": "SP500", "name": _NAMES[issuer], "how": how, "reason": reason}
            at |= _band(how, billions)
            rows.append(at | _part("issuer", issuer, _MAIN.get(issuer, issuer), billions))
            lines = {"CCC.A": billions * 2 / 3, "CCC.B": billions / 3} if issuer == CCC else {issuer: billions}
            rows += [at | _band(how, part) | _part("line", line, line, part) for line, part in lines.items()]
    return rows


def _band(how: str, billions: float) -> dict[str, Any]:
    """A fifth less or more, where it is not measured."""
    low, high = (None, None) if how == "measured" else (0.8e9 * billions, 1.2e9 * billions)
    return {"value_low": low, "value_high": high}


def _part(level: str, member: str, security: str, billions: float) -> dict[str, Any]:
    return {"level": level, "member": member, "security": security, "value": billions * 1e9, "weight": billions / 100}


def _fund_weights() -> Rows:
    rows = []
    for fund, values in _FUNDS.items():
        total = sum(values.values())
        for issuer, value in values.items():
            security = _MAIN.get(issuer, issuer)
            at = {"session": THU, "index": fund, "name": _NAMES[issuer], "how": "fund", "reason": None}
            parts = {"security": security, "value": value, "weight": value / total}
            rows += [
                at | parts | {"level": "issuer", "member": issuer},
                at | parts | {"level": "line", "member": security},
            ]
    return rows


def _concentration(weights: Rows) -> Rows:
    """The concentration rows of the weights, by the definitions; tests compare with the figures written above."""
    keys = sorted({(row["session"], row["index"], row["level"]) for row in weights})
    return [
        _figures(*key, [row for row in weights if (row["session"], row["index"], row["level"]) == key]) for key in keys
    ]


def _figures(session: date, index: str, level: str, rows: Rows) -> dict[str, Any]:
    parts = sorted((row["weight"] for row in rows), reverse=True)
    measured = [row["value"] for row in rows if row["how"] in ("measured", "fund")]
    total = sum(row["value"] for row in rows)
    stated, either_way = sum(measured) / total >= FLOOR, 0.2 * (1 - sum(measured) / total)
    ranks = enumerate(reversed(parts), 1)
    figures = {
        "total": total,
        "total_low": total * (1 - either_way),
        "total_high": total * (1 + either_way),
        "top1": parts[0],
        "top5": sum(parts[:5]),
        "top10": sum(parts[:10]),
        "top10_low": sum(parts[:10]),
        "top10_high": sum(parts[:10]),
        "hhi": 1e4 * sum(part**2 for part in parts),
        "hhi_low": 1e4 * sum(part**2 for part in parts) / (1 + either_way) ** 2,
        "hhi_high": 1e4 * sum(part**2 for part in parts) / (1 - either_way) ** 2,
        "effective_n": 1 / sum(part**2 for part in parts),
        "entropy_n": exp(-sum(part * log(part) for part in parts)),
        "gini": sum((2 * rank - len(parts) - 1) * part for rank, part in ranks) / len(parts),
    }
    return {
        "session": session,
        "index": index,
        "level": level,
        "status": "ok" if stated else "withheld",
        "reason": None if stated else WITHHELD,
        "members": len(rows),
        "measured": len(measured),
        "coverage": sum(measured) / total,
        "measured_total": sum(measured),
        **(figures if stated else dict.fromkeys(figures)),
    }


def _holding(fund: str, line: int, issuer: str, value: float) -> dict[str, Any]:
    security = _MAIN.get(issuer, issuer)
    printed = {"value": value} if fund == "FND" else {"weight": value}
    return _known("holdings", fund=fund, as_of=THU, line=line, security=security, asset_class="equity", **printed)


def _repairs() -> Rows:
    """One that acts, one on a Sunday and switched off, one of no member, one from before the first session."""
    places = [("r1", "CCC.A", TUE, True), ("r2", "DDD", SUNDAY, False), ("r3", "XXX", TUE, True),
              ("r4", "AAA", date(2023, 1, 3), True)]  # fmt: skip
    common = {"rule": "share_outlier", "dataset": "shares", "covers": "class", "source": "files", "field": "count"}
    return [
        common | {"id": name, "security": security, "effective": effective, "before": 10.0, "after": 1000.0,
                  "evidence": f"10 on {effective} is 1/100 of the count before", "active": active}
        for name, security, effective, active in places
    ]  # fmt: skip


def _runs() -> Rows:
    done = {"source": "vendor", "route": "bars", "subject": "", "attempts": 1, "seconds": 0.5, "bytes": 10,
            "finished_at": datetime(2024, 4, 2, tzinfo=UTC)}  # fmt: skip
    failed = {"outcome": "failed", "cause": "HTTP 503 from the vendor", "attempts": 3, "session": "2024-03-27"}
    return [
        done | {"unit": "vendor/bars/session=2024-03-26", "session": "2024-03-26", "outcome": "ok", "cause": None},
        done | {"unit": "vendor/bars/session=2024-03-27"} | failed,
    ]
