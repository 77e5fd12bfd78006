"""A manifest proposed from files: what they show is written, what only a person knows is asked and not assumed."""

import gzip
from pathlib import Path

import pytest

from support.market_data import market_folder, needs_market
from topheavy.core.errors import UsageError
from topheavy.core.settings import Settings
from topheavy.jobs.files.propose import propose_manifest
from topheavy.sources.manifest.entries import read_manifest
from topheavy.sources.manifest.propose import Proposal, propose

SETTINGS = Settings(Path("home"), {})
HEADER = "Date,Ticker,Open,High,Low,Close,Volume\n"


def write(folder: Path, **files: str) -> Path:
    for name, body in files.items():
        path = folder / name.replace("__", "/").replace("_csv", ".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return folder


def asked(proposal: Proposal) -> list[str]:
    return [question.split(": ")[1] for question in proposal.questions]


def test_a_folder_of_yahoos_files_is_one_block_that_asks_for_the_day_of_download(tmp_path: Path) -> None:
    body = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-12-02,10,12,9,11,10.5,1000\n"
    found = propose(write(tmp_path, prices__AAPL_csv=body, prices__MSFT_csv=body))
    assert 'path = "prices/*.csv"\npreset = "yahoo"\nbasis = "?"' in found.text
    assert asked(found) == ["basis"]
    assert found.not_understood == []


def test_a_known_split_shows_the_basis(tmp_path: Path) -> None:
    """NVIDIA split four for one on 2021-07-20: 751.19 and 186.12 as traded, 18.78 and 18.61 divided by all since."""
    traded = HEADER + "2021-07-19,NVDA,750,755,740,751.19,1\n2021-07-20,NVDA,187,188,184,186.12,1\n"
    found = propose(write(tmp_path / "a", bars_csv=traded))
    assert 'basis = "as traded"' in found.text
    assert found.questions == []
    (entry,) = read_manifest(propose_manifest(tmp_path / "a")[0], SETTINGS)
    assert (entry["basis"], entry["columns"]["symbol"]) == ("as traded", "Ticker")
    smooth = HEADER + "2021-07-19,NVDA,18.7,18.9,18.5,18.78,1\n2021-07-20,NVDA,18.7,18.8,18.4,18.61,1\n"
    asking = propose(write(tmp_path / "b", bars_csv=smooth))
    assert 'basis = "split-adjusted as of ?"' in asking.text
    assert asked(asking) == ["basis"]


def test_a_manifest_with_open_questions_is_not_run(tmp_path: Path) -> None:
    manifest, found = propose_manifest(write(tmp_path, bars_csv=HEADER + "2024-12-02,AAPX,10,12,9,11,1000\n"))
    assert asked(found) == ["basis"]
    with pytest.raises(UsageError, match=r"basis is still '\?'"):
        read_manifest(manifest, SETTINGS)
    manifest.write_text(manifest.read_text().replace('basis = "?"', 'basis = "as traded"'))
    assert read_manifest(manifest, SETTINGS)[0]["dataset"] == "bars"


def test_what_the_rows_do_not_decide_is_asked(tmp_path: Path) -> None:
    found = propose(write(tmp_path, bars_csv=HEADER + "12/02/2024,AAPX,10,12,9,11,1000\n"))
    assert sorted(asked(found)) == ["basis", "dates"]
    counts = propose(write(tmp_path / "counts", n_csv="ticker,date,shares\nAAPX,2024-01-01,100\n"))
    assert 'dataset = "shares"' in counts.text
    assert 'constants = { covers = "?" }' in counts.text
    assert asked(counts) == ["covers"]


def test_funds_members_and_what_is_none_of_these(tmp_path: Path) -> None:
    ark = (
        'date,fund,company,ticker,cusip,shares,"market value ($)","weight (%)"\n'
        "03/05/2024,XMPK,EXAMPLE,XMPL,,4,600,100%\n"
    )
    undated = "Ticker,Name,Asset Class,Market Value,Weight (%),Quantity\nAAPX,ALPHA,Equity,600,100,4\n"
    members = "ticker,start,end\nAAPX,2020-01-02,\n"
    found = propose(write(tmp_path, a_csv=ark, XMPF_csv=undated, m_csv=members, z_csv="a,b\n1,2\n", page_csv="<html>"))
    assert 'path = "a.csv"\nsource = "ark"' in found.text
    assert 'path = "XMPF.csv"\nsource = "ishares"\nas_of = "?"' in found.text
    assert 'dataset = "constituents"' in found.text
    assert sorted(asked(found)) == ["as_of", "index"]
    assert [file for file, _ in found.not_understood] == ["page.csv", "z.csv"]


def test_a_manifest_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    folder = write(tmp_path, bars_csv=HEADER + "2024-12-02,AAPX,10,12,9,11,1000\n")
    propose_manifest(folder)
    with pytest.raises(UsageError, match="not written over"):
        propose_manifest(folder)
    (tmp_path / "out").mkdir()
    manifest, _ = propose_manifest(folder, tmp_path / "out" / "m.toml")
    assert 'folder = ".."' in manifest.read_text()


def test_nothing_to_look_at_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        propose(tmp_path / "none")
    with pytest.raises(UsageError, match="holds no tables"):
        propose(tmp_path)


def test_damaged_files_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    folder = write(tmp_path, bars_csv=HEADER + "2024-12-02,AAPX,10,12,9,11,1000\n", empty_csv="")
    (folder / "cut.parquet").write_bytes(b"PAR1 cut short")
    (folder / "cut.csv.gz").write_bytes(gzip.compress(b"date,ticker\n" * 50)[:20])
    (folder / "book.xlsx").write_bytes(b"PK\x03\x04 cut short")
    found = propose(folder)
    assert 'dataset = "bars"' in found.text
    assert [file for file, _ in found.not_understood] == ["book.xlsx", "cut.csv.gz", "cut.parquet", "empty.csv"]


@needs_market
def test_real_folders_are_understood() -> None:
    folder = market_folder()
    assert folder is not None
    holdings = propose(folder / "holdings")
    for file, source in (
        ("ishares_IVV_2024-12-06.csv", "ishares"),
        ("spdr_SPY_2024-03-19.xlsx", "spdr"),
        ("invesco_QQQ_2020-07-02.csv", "invesco"),
        ("ark_ARKK_2023-12-29.csv", "ark"),
    ):
        assert f'path = "{file}"\nsource = "{source}"' in holdings.text
    traded = propose(folder / "as_traded")
    assert 'preset = "alphavantage"' in traded.text or 'dataset = "bars"' in traded.text


@needs_market
def test_the_basis_of_the_real_bars_is_asked_with_what_they_show(tmp_path: Path) -> None:
    folder = market_folder()
    assert folder is not None
    name = "bars_2020-11-30_2023-12-29.parquet"
    (tmp_path / name).symlink_to(folder / name)
    found = propose(tmp_path)
    assert 'basis = "split-adjusted as of ?"' in found.text
    assert asked(found) == ["basis"]
