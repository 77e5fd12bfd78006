"""Manifests for files as they come: a block for many, a vendor's layout by its name, what is wrong in a line."""

from datetime import date
from pathlib import Path

import pytest

from support.own_bars import answer_of, rows
from topheavy.core.errors import UsageError, one_line
from topheavy.core.http.client import Client
from topheavy.core.settings import Settings
from topheavy.core.units import Answer
from topheavy.sources.files import SOURCE
from topheavy.sources.manifest.entries import read_manifest
from topheavy.sources.vendor import Ask, Parsed

SETTINGS = Settings(Path("home"), {})
DAY = date(2024, 12, 2)
YAHOO = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-12-02,10,12,9,11,10.5,1000\n"
ALPHA = "timestamp,open,high,low,close,volume\n2024-12-02,10,12,9,11,1000\n"
STOOQ = (
    "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
    "AAPX.US,D,20241202,000000,10,12,9,11,1000,0\n"
)
FLAT = "ticker,volume,open,close,high,low,window_start,transactions\nAAPX,1000,10,11,12,9,1733115600000000000,7\n"
"""A day of Polygon's begins at midnight in New York: 2024-12-02 05:00 UTC."""


def manifest_of(folder: Path, text: str, **files: str) -> Path:
    for name, body in files.items():
        path = folder / name.replace("__", "/").replace("_csv", ".csv").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    manifest = folder / "topheavy.toml"
    manifest.write_text(text)
    return manifest


def parsed(manifest: Path) -> list[Parsed]:
    units = list(SOURCE.plan(Ask(DAY, DAY, (DAY,), target=str(manifest)), SETTINGS))
    fetched = [(unit, SOURCE.fetch(unit, Client(), SETTINGS)) for unit in units]
    at = answer_of("").received_at
    return [SOURCE.parse(Answer(unit, found.pages, at, found.kind, found.facts)) for unit, found in fetched]


def test_one_block_names_five_hundred_files_and_each_name_its_symbol(tmp_path: Path) -> None:
    files = {f"prices__S{place:03}_csv": ALPHA for place in range(500)}
    manifest = manifest_of(tmp_path, '[[file]]\npath = "prices/*.csv"\npreset = "alphavantage"\n', **files)
    entries = read_manifest(manifest, SETTINGS)
    assert len(entries) == 500
    assert (entries[7]["name"], entries[7]["stem"]) == ("prices/S007.csv", "S007")


LAYOUTS: dict[str, tuple[str, str, str, date]] = {
    "yahoo": ("brk-b.csv", YAHOO, 'basis = "split-adjusted as of 2024-12-18"', date(2024, 12, 18)),
    "alphavantage": ("BRK.B.csv", ALPHA, "", DAY),
    "stooq": ("aapx.us.csv", STOOQ, 'basis = "split-adjusted as of 2024-12-18"', date(2024, 12, 18)),
    "polygon-flat": ("2024-12-02.csv", FLAT, "", DAY),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_vendors_layout_is_read_by_its_name(tmp_path: Path, layout: str) -> None:
    file, body, basis, on = LAYOUTS[layout]
    (tmp_path / file).write_text(body)
    (found,) = parsed(manifest_of(tmp_path, f'[[file]]\npath = "*.csv"\npreset = "{layout}"\n{basis}\n'))
    symbol = "BRK.B" if file.upper().startswith("BRK") else "AAPX"
    assert rows(found, "session", "symbol", "open", "high", "low", "close", "volume", "basis") == [
        (DAY, symbol, 10.0, 12.0, 9.0, 11.0, 1000.0, on)
    ]


def test_one_file_may_feed_two_datasets(tmp_path: Path) -> None:
    body = "date,ticker,open,high,low,close,amount\n2024-12-02,AAPX,10,10,10,10,0.5\n"
    both = (
        '[[file]]\npath = "all.csv"\ndataset = "bars"\ncolumns = { session = "date", symbol = "ticker" }\n'
        '[[file]]\npath = "all.csv"\ndataset = "dividends"\ncolumns = { effective = "date", symbol = "ticker" }\n'
    )
    found = parsed(manifest_of(tmp_path, both, all_csv=body))
    assert [sorted(item.tables) for item in found] == [["bars"], ["dividends"]]


def test_a_constant_may_be_a_date_of_toml(tmp_path: Path) -> None:
    text = '[[file]]\npath = "m.csv"\ndataset = "constituents"\nconstants = { index = "TINY", since = 2020-01-02 }\n'
    (found,) = parsed(manifest_of(tmp_path, text, m_csv="symbol\nAAPX\n"))
    assert found.tables["constituents"].to_pylist()[0]["since"] == date(2020, 1, 2)


WRONG: dict[str, tuple[str, str]] = {
    "no file is called so": ('path = "none/*.csv"\ndataset = "bars"', "no file is called so"),
    "a preset that is none": ('path = "a.csv"\npreset = "yaho"', "did you mean 'yahoo'"),
    "a basis that only the person knows": ('path = "a.csv"\npreset = "yahoo"', "needs a basis"),
    "a number for a text": ('path = 5\ndataset = "bars"', "a text in"),
    "a text for a table": ('path = "a.csv"\ndataset = "bars"\ncolumns = "date"', "a table like"),
    "symbols without a date": ('path = "a.csv"\ndataset = "bars"\nsymbols = "as of now"', "'now' is not a date"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_with_a_manifest_is_said_in_one_line(tmp_path: Path, kind: str) -> None:
    text, says = WRONG[kind]
    with pytest.raises(UsageError) as caught:
        read_manifest(manifest_of(tmp_path, f"[[file]]\n{text}\n", a_csv=YAHOO), SETTINGS)
    assert says in one_line(caught.value)


def test_a_block_in_one_bracket_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two brackets"):
        read_manifest(manifest_of(tmp_path, '[file]\npath = "a.csv"\n'), SETTINGS)


def test_a_manifest_in_other_letters_is_told(tmp_path: Path) -> None:
    manifest = tmp_path / "topheavy.toml"
    manifest.write_bytes("# Börse".encode("cp1252"))
    with pytest.raises(UsageError, match="not valid TOML"):
        read_manifest(manifest, SETTINGS)
