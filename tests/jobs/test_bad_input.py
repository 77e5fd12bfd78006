"""Bad input: one clear line, nothing lost, nothing half-written, and what was published before still there."""

import io
import json
import stat
from pathlib import Path

import polars as pl
import pytest

from support.own_files import BARS, FILES, MEMBERS, place_in, run_files, write
from topheavy.core.errors import LakeError, TopheavyError, UsageError, one_line
from topheavy.jobs.refine.refine import refine

TABLES = ("bars", "shares", "constituents", "market_caps", "weights", "concentration")


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pl.read_csv(io.StringIO(BARS), try_parse_dates=True).write_parquet(buffer)
    return buffer.getvalue()


DAMAGED = {
    "an unknown column": (BARS.replace("close", "clothes", 1), "close"),
    "a word where a number belongs": (BARS.replace("10,11,9,10", "10,11,nine,10", 1), "'nine'"),
    "a date that is none": (BARS.replace("2024-06-11,CCC", "2024-06-41,CCC"), "2024-06-41"),
    "a negative price": (BARS.replace("30,31,29,30", "30,31,29,-30", 1), "price_not_positive"),
    "one key with two values": (BARS + "2024-06-11,CCC,32,33,31,34\n", "share a key"),
    "a web page": ("<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
    "an empty body": ("", "empty"),
    "a truncated Parquet": (_parquet()[:-40], "Parquet"),
    "invalid UTF-8": (b"session,symbol\n\xff\xfe\xfa,\xff\n", "cannot be read"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_named_and_changes_nothing(tmp_path: Path, kind: str) -> None:
    body, says = DAMAGED[kind]
    with place_in(tmp_path) as place:
        assert run_files(place, write(tmp_path / "in")).failures == []
        before = {name: place.warehouse.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES}
        done = run_files(place, write(tmp_path / "in", bars=body))
        assert len(done.failures) == 1
        assert says in done.failures[0]
        assert "\n" not in done.failures[0]
        assert {name: place.warehouse.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES} == before
        kept = [answer.pages[0].content for _, answer in place.lake.every()]
        assert (body if isinstance(body, bytes) else body.encode()) in kept
        assert place.warehouse.rows("SELECT COUNT(*) AS n FROM runs WHERE outcome = 'failed'")[0]["n"] == 1
        mended = run_files(place, write(tmp_path / "in"))
        assert mended.failures == []
        assert {name: place.warehouse.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES} == before


@pytest.mark.parametrize("kind", DAMAGED)
def test_the_other_files_of_the_run_are_not_held_up(tmp_path: Path, kind: str) -> None:
    with place_in(tmp_path) as place:
        with pytest.raises(TopheavyError, match="no bars"):
            run_files(place, write(tmp_path / "in", bars=DAMAGED[kind][0]))
        assert refine(place).answers == 0
        run_files(place, write(tmp_path / "in"))
        assert place.warehouse.rows("SELECT COUNT(*) AS n FROM concentration WHERE status = 'ok'")[0]["n"] == 8


def test_a_manifest_that_names_a_missing_file_reads_nothing(tmp_path: Path) -> None:
    manifest = write(tmp_path / "in")
    (tmp_path / "in" / "shares.csv").unlink()
    with place_in(tmp_path) as place:
        with pytest.raises(UsageError, match=r"shares\.csv, which does not exist"):
            run_files(place, manifest)
        assert [path for path in place.lake.store.list() if path.startswith("files/")] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[file]\n", "not valid TOML"),
        ("title = 'nothing'\n", "names no file"),
        ("[[file]]\npath = 'bars.csv'\n", "needs a path and a dataset"),
        ("[[file]]\npath = 'bars.csv'\ndataset = 'barz'\n", "did you mean 'bars'"),
        ("[[file]]\npath = 'bars.csv'\ndataset = 'bars'\nbasis = 'adjusted'\n", "basis 'adjusted' is not known"),
        ("[[file]]\npath = 'bars.csv'\ndataset = 'bars'\ncolums = { session = 'date' }\n", "no 'colums'"),
    ],
)
def test_a_manifest_that_cannot_be_acted_on_says_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    manifest = write(tmp_path / "in")
    manifest.write_text(text)
    with place_in(tmp_path) as place, pytest.raises(UsageError) as caught:
        run_files(place, manifest)
    assert says in one_line(caught.value)


def test_a_home_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        run_files(place, write(tmp_path / "in"))
    marker = tmp_path / "home" / "home.json"
    marker.write_text(json.dumps({"format": 99}))
    with pytest.raises(LakeError, match="newer topheavy"), place_in(tmp_path):
        pass


def test_a_member_without_a_bar_lowers_coverage_and_not_the_total(tmp_path: Path) -> None:
    without = "".join(line for line in BARS.splitlines(keepends=True) if not line.startswith("2024-06-11,CCC"))
    with place_in(tmp_path) as place:
        run_files(place, write(tmp_path / "in", bars=without))
        rows = place.warehouse.rows("SELECT * FROM figures WHERE level = 'issuer' ORDER BY session")
        assert [row["coverage"] for row in rows[:3]] == [1.0, 1.0, 1.0]
        assert rows[3]["reason"] == "coverage 51.5 % is below the floor of 80.0 %"
        assert rows[3]["share"] is None
    with place_in(tmp_path / "lower", TOPHEAVY_COVERAGE_FLOOR="0.5") as place:
        run_files(place, write(tmp_path / "in", bars=without))
        last = place.warehouse.rows("SELECT * FROM figures WHERE level = 'issuer' ORDER BY session DESC LIMIT 1")[0]
        carried = 3200 * 3600 / 3400  # CCC from the day before, moved as AAA and BBB moved
        assert last["coverage"] == pytest.approx(3600 / (3600 + carried))
        assert last["share"] == pytest.approx(1300 / (3600 + carried))
        why = place.warehouse.rows("SELECT * FROM failed_collections")
        assert [(str(row["trading_date"]), row["ticker"], row["reason"]) for row in why] == [
            ("2024-06-11", "CCC", "no longer traded")
        ]


def test_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    frames = {path: pl.read_csv(io.StringIO(body), infer_schema=False) for path, body in FILES.items()}
    turned = {
        path.removesuffix(".csv"): frame.reverse().select(reversed(frame.columns)).write_csv()
        for path, frame in frames.items()
    }
    from support.own_files import contents

    with place_in(tmp_path / "one") as place:
        run_files(place, write(tmp_path / "one" / "in"))
        straight = contents(place, *TABLES)
    with place_in(tmp_path / "two") as place:
        run_files(place, write(tmp_path / "two" / "in", **turned))
        assert contents(place, *TABLES) == straight


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_text("a file where a folder should be")
    with pytest.raises(LakeError, match="cannot be used as a home"), place_in(locked):
        pass
    assert stat.S_ISREG(locked.stat().st_mode)


def test_members_of_no_index_publish_nothing_but_say_why(tmp_path: Path) -> None:
    nobody = MEMBERS.splitlines(keepends=True)[0] + "SP500,AAA,2020-01-02,2020-02-03\n"
    with place_in(tmp_path) as place:
        run_files(place, write(tmp_path / "in", constituents=nobody))
        rows = place.warehouse.rows("SELECT DISTINCT status, reason FROM concentration")
        assert rows == [{"status": "withheld", "reason": "the index has no members on this day"}]
