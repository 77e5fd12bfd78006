"""The stream's commands: a file is replayed through a broker into the tables and read there by SQL's own figures."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.kafka import Kafka
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.home import open_home
from topheavy.lake.folder import open_folder
from topheavy.tables.read import read

COUNT = 3_000


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    """Three thousand trades of two securities, a second apart."""
    begin = datetime(2024, 12, 6, 14, 30, tzinfo=UTC)
    rows = {
        "sequence": pa.array(range(COUNT), "int64"),
        "security": ["AAA" if number % 3 else "BBB" for number in range(COUNT)],
        "event_time": pa.array([begin + timedelta(seconds=n) for n in range(COUNT)], pa.timestamp("us", "UTC")),
        "price": [100.0 + number % 7 for number in range(COUNT)],
        "size": [float(number % 5 + 1) for number in range(COUNT)],
    }
    pq.write_table(pa.table(rows), tmp_path / "trades.parquet")
    return tmp_path / "trades.parquet"


def topheavy(home: Path, servers: str, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-c", "from topheavy.cli import main; main()", "stream", *words, "--home", str(home)]
    environment = os.environ | {"TOPHEAVY_KAFKA": servers}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    return ended.returncode, ended.stdout, ended.stderr


def told(home: Path, servers: str, *words: str) -> list[dict[str, Any]]:
    code, out, err = topheavy(home, servers, *words, "--json")
    assert code == 0, err
    rows: list[dict[str, Any]] = json.loads(out[out.index("{") :])["rows"]
    return rows


def held(home: Path) -> tuple[int, float, int]:
    """Trades, sum of sizes, and distinct sequences in the table."""
    with open_home(read_settings(home, {}), create=False) as place:
        rows = read(place.tables, dataset("trades"))
    return rows.num_rows, sum(rows["size"].to_pylist()), len(set(rows["sequence"].to_pylist()))


EXPECTED = (COUNT, sum(float(number % 5 + 1) for number in range(COUNT)), COUNT)


@pytest.mark.slow
def test_a_file_goes_through_kafka_into_the_tables(kafka: Kafka, topic: str, trades: Path, tmp_path: Path) -> None:
    home, servers = tmp_path / "home", kafka.bootstrap
    words = ("replay", str(trades), "--speed", "0", "--duplicates", "0.2", "--disorder", "0.3", "--topic", topic)
    (sent,) = told(home, servers, *words)
    assert sent["sent"] == sent["acknowledged"] > COUNT
    (sunk,) = told(home, servers, "sink", "--until-idle", "4", "--topic", topic)
    assert (sunk["new_trades"], sunk["repeated"]) == (COUNT, sent["sent"] - COUNT)
    assert held(home) == EXPECTED
    status = told(home, servers, "status", "--topic", topic)
    assert sum(row["behind"] for row in status) == 0
    assert {(row["sink"], row["state"], row["unreadable"]) for row in status} == {("1 of 1", "ended", 0)}
    (again,) = told(home, servers, *words, "--sink")
    assert (again["new_trades"], again["repeated"]) == (0, sent["sent"])
    assert held(home) == EXPECTED


@pytest.mark.slow
def test_without_a_kafka_the_practice_broker_serves_one_process(trades: Path, tmp_path: Path) -> None:
    home, words = tmp_path / "home", ("replay", str(trades), "--speed", "0")
    code, _, err = topheavy(home, "", *words)
    assert (code, "practice broker ends with this process" in err) == (2, True)
    for new in (COUNT, 0):
        (done,) = told(home, "", *words, "--sink")
        assert (done["sent"], done["new_trades"]) == (COUNT, new), "what the table has is never taken twice"
    assert held(home) == EXPECTED


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("replay", "nowhere.parquet", "--sink"), "nowhere.parquet"),
        (("feed", "simulater", "--sink"), "did you mean 'simulator'?"),
        (("sink",), "the practice broker lives in the process that feeds it"),
        (("sink", "--share", "3/2"), "write it as 1/2"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    code, _, err = topheavy(tmp_path / "home", "", *words)
    lines = [line for line in err.splitlines() if line.startswith("topheavy: ")]
    assert (code in (1, 2), len(lines)) == (True, 1), err
    assert says in lines[0]


@pytest.mark.slow
def test_made_up_trades_are_refused_by_a_home_with_real_data_at_once(tmp_path: Path) -> None:
    """The practice broker: the sink in the same process breaks off, and the feed, which never ends, ends with it."""
    open_folder(tmp_path / "home").settle(SourceKind.VENDOR)
    code, _, err = topheavy(tmp_path / "home", "", "feed", "simulator", "--rate", "500", "--sink")
    assert code == 1
    assert "holds real data and this is simulated: they never mix" in err
    assert held(tmp_path / "home")[0] == 0
