"""What was recorded, as vendors and tapes hand it out: the trades a person would read, or a line that says why not."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from topheavy.core.errors import StreamError, UsageError
from topheavy.stream.recorded.history import history
from topheavy.stream.wire.decode import read

OPEN = datetime(2024, 12, 2, 14, 30, tzinfo=UTC)
"""Half past nine in New York: 34,200,000 ms after midnight there, 1,733,149,800 s after 1970."""


def archive(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("trades.csv", "\n".join(lines) + "\n")
    return path


TAPE = ("34200000,1000000,100,Q,@,0", "34201000,9000000,50,Q,@,1", "34202000,1001000,100,Q,@,0")


def test_trades_that_the_tape_marks_suspicious_are_left_out_and_counted(tmp_path: Path) -> None:
    said: list[str] = []
    rows = history(archive(tmp_path / "aapx_20241202_trade.zip", *TAPE), tell=said.append)
    assert rows["price"].to_pylist() == [100.0, 100.1]
    assert rows["size"].to_pylist() == [100.0, 100.0]
    assert rows["event_time"].to_pylist() == [OPEN, OPEN + timedelta(seconds=2)]
    assert len(said) == 1
    assert "aapx_20241202_trade.zip: 1 trades that the tape marks suspicious" in said[0]


def test_leans_own_folders_are_looked_through(tmp_path: Path) -> None:
    archive(tmp_path / "tick" / "aapx" / "20241202_trade.zip", *TAPE)
    archive(tmp_path / "tick" / "bbpx" / "20241203_trade.zip", *TAPE)
    for folder in (tmp_path, tmp_path / "tick"):
        assert history(folder)["security"].to_pylist() == ["AAPX", "AAPX", "BBPX", "BBPX"]
    assert set(history(tmp_path / "tick" / "aapx")["security"].to_pylist()) == {"AAPX"}


def test_the_folder_one_stands_in_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive(tmp_path / "spy" / "20241202_trade.zip", *TAPE)
    monkeypatch.chdir(tmp_path / "spy")
    rows = history(Path())
    assert set(rows["feed"].to_pylist()) == {"spy"}
    assert set(rows["security"].to_pylist()) == {"SPY"}


COUNTS: dict[str, Callable[[], pa.Array]] = {
    "seconds": lambda: pa.array([1733149800]),
    "milliseconds": lambda: pa.array([1733149800000]),
    "microseconds": lambda: pa.array([1733149800000000]),
    "nanoseconds": lambda: pa.array([1733149800000000000]),
    "milliseconds with a point": lambda: pa.array([1733149800000.0]),
    "unsigned": lambda: pa.array([1733149800000], pa.uint64()),
    "moments of nanoseconds": lambda: pa.array([1733149800000000001], pa.timestamp("ns")),
    "moments of nanoseconds in Paris": lambda: pa.array([1733149800000000001], pa.timestamp("ns", "Europe/Paris")),
    "text": lambda: pa.array(["2024-12-02T14:30:00Z"]),
    "text, dictionary encoded": lambda: pa.array(["2024-12-02T14:30:00Z"]).dictionary_encode(),
}


@pytest.mark.parametrize("kind", COUNTS)
def test_a_time_is_read_in_any_unit(tmp_path: Path, kind: str) -> None:
    table = pa.table({"timestamp": COUNTS[kind](), "ticker": ["AAPX"], "price": [100.0], "size": [10]})
    pq.write_table(table, tmp_path / "trades.parquet")
    assert history(tmp_path / "trades.parquet")["event_time"].to_pylist() == [OPEN]


WRONG: dict[str, tuple[pa.Array, pa.Array, str]] = {
    "times of no unit": (pa.array([7, 8]), pa.array([1.0, 2.0]), r"the times 7 … 8 are no seconds"),
    "times of two units": (pa.array([1733149800, 1733149800000]), pa.array([1.0, 2.0]), "are no seconds"),
    "words for times": (pa.array(["soon", "later"]), pa.array([1.0, 2.0]), "no trades or bars"),
    "words for prices": (pa.array([1733149800, 1733149801]), pa.array(["one", "two"]), "no trades or bars"),
    "yes and no for times": (pa.array([True, False]), pa.array([1.0, 2.0]), "no trades or bars"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_time_or_no_price_is_refused_with_the_files_name(tmp_path: Path, kind: str) -> None:
    times, prices, says = WRONG[kind]
    pq.write_table(
        pa.table({"time": times, "sym": ["A", "A"], "price": prices, "size": [1, 1]}), tmp_path / "t.parquet"
    )
    with pytest.raises(UsageError, match=says) as caught:
        history(tmp_path / "t.parquet")
    assert "t.parquet" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_without_a_price_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("time,sym,price,size\n2024-12-02T14:30:00Z,NA,5,1\n2024-12-02T14:30:01Z,TRUE,,1\n")
    said: list[str] = []
    assert history(tmp_path / "t.csv", tell=said.append)["security"].to_pylist() == ["NA"]
    assert said == ["t.csv: 1 rows without a time or a price above zero"]


def test_a_damaged_archive_is_refused_in_one_line(tmp_path: Path) -> None:
    whole = archive(tmp_path / "aapx_20241202_trade.zip", *TAPE).read_bytes()
    (tmp_path / "aapx_20241202_trade.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StreamError, match="cannot be read as trades"):
        history(tmp_path)
    (tmp_path / "aapx_20241202_trade.zip").unlink()
    archive(tmp_path / "aapx_20241302_trade.zip", *TAPE)
    with pytest.raises(StreamError, match="is no day"):
        history(tmp_path)


@pytest.mark.parametrize(("count", "unit"), [(1733149800, "seconds"), (1733149800000, "milliseconds")])
def test_a_json_trade_in_another_unit_is_set_aside_and_says_which(count: int, unit: str) -> None:
    trade = (
        b'{"feed":"f","sequence":1,"security":"A","event_time":%d,"price":1,"size":1,"source_kind":"vendor"}' % count
    )
    found, dead = read([trade])
    assert found.num_rows == 0
    assert f"is in {unit} since 1970" in dead[0][1]
