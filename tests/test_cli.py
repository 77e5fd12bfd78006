"""The command line as a person and as a program meet it: words, JSON, exit codes, one line for an error."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.own_files import BARS, write
from topheavy import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def topheavy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOPHEAVY_HOME", str(tmp_path / "home"))

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["topheavy", *words])
        try:
            cli.main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that went the road, to be read by commands and changed by none."""
    folder = tmp_path_factory.mktemp("published")
    manifest = write(folder / "in")
    words = ("run", "files", "--from", str(manifest), "--since", "2024-06-06", "--until", "2024-06-11")
    command = [sys.executable, "-c", "from topheavy.cli import main; main()", *words, "--home", str(folder / "home")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "home"


@pytest.fixture
def reading(topheavy: Run, published_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands that only look at the published home."""
    monkeypatch.chdir(published_home.parent)  # the files it was made of lie there
    monkeypatch.setenv("TOPHEAVY_HOME", str(published_home))
    return topheavy


@pytest.fixture
def published(topheavy: Run, tmp_path: Path) -> Run:
    """A home of the test's own that went the road, for commands that change it."""
    manifest = write(tmp_path / "in")
    code, _, err = topheavy("run", "files", "--from", str(manifest), "--since", "2024-06-06", "--until", "2024-06-11")
    assert code == 0, err
    return topheavy


def test_run_says_what_the_figures_are(topheavy: Run, tmp_path: Path) -> None:
    manifest = write(tmp_path / "in")
    code, out, err = topheavy("run", "files", "--from", str(manifest))
    assert code == 0
    assert "The Magnificent 7 are 18.84 % of it by issuer (16.67 % at the start)" in out  # 13/69, 10/60
    assert "Coverage 100.00 % by weight: 3 of 3 companies measured" in out
    assert "refine" in err


def test_show_prints_a_metric_for_people_and_for_programs(reading: Run) -> None:
    code, out, _ = reading("show", "concentration", "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["world"] == "real"
    (row,) = answer["rows"]
    assert row["session"] == "2024-06-11"
    assert row["share"] == pytest.approx(13 / 69)
    assert row["hhi"] == pytest.approx(10_000 * (13**2 + 23**2 + 33**2) / 69**2)
    code, out, _ = reading("show", "concentration", "--on", "2024-06-06")
    assert code == 0
    assert "16.67 %" in out


def test_show_of_a_period_has_a_row_a_session(reading: Run) -> None:
    _, out, _ = reading("show", "change", "--since", "2024-06-06", "--until", "2024-06-10", "--json")
    rows = json.loads(out)["rows"]
    assert [row["session"] for row in rows] == ["2024-06-06", "2024-06-07", "2024-06-10"]
    assert rows[1]["share_change"] == pytest.approx(11 / 63 - 10 / 60)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "concentrations"), 2, "did you mean 'concentration'?"),
        (("show", "concentration", "--on", "2024-06-09"), 2, "2024-06-09 is no session (weekend)"),
        (("show", "concentration", "--on", "2024-06-19"), 2, "2024-06-19 is no session (holiday)"),
        (("show", "concentration", "--on", "yesterday"), 2, "'yesterday', which is not a date"),
        (("show", "concentration", "--index", "SP50"), 2, "did you mean 'SP500'?"),
        (("show", "group", "--group", "faang"), 2, "no group is called 'faang'"),
        (("collect", "poligon"), 2, "did you mean 'polygon'?"),
        (("collect", "polygon", "barz"), 2, "did you mean 'bars'?"),
        (("collect", "polygon", "--since", "2024-06-10", "--until", "2024-06-06"), 2, "swap --since and --until"),
        (("run", "files", "--from", "nowhere.toml"), 2, "nowhere.toml"),
        (("sql", "SELECT * FROM nowhere"), 1, "nowhere"),
        (("sql", "COPY (SELECT 1) TO 'stolen.csv'"), 1, "one SELECT is answered"),
        (("sql", "SELECT * FROM read_csv('in/bars.csv')"), 1, "disabled"),
        (("repair", "0000000000"), 2, "no repair has the id"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_a_mistake_is_one_line_on_standard_error(reading: Run, words: tuple[str, ...], code: int, says: str) -> None:
    ended, out, err = reading(*words)
    assert ended == code
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in out + err


def test_commands_before_anything_came_say_what_to_run(topheavy: Run) -> None:
    for words in (("status",), ("gaps",), ("show", "concentration"), ("sql", "SELECT 1"), ("verify",)):
        code, _, err = topheavy(*words)
        assert code == 1
        assert "topheavy demo" in err


def test_a_failed_file_fails_the_run_and_is_listed(published: Run, tmp_path: Path) -> None:
    write(tmp_path / "in", bars=BARS.replace("close", "clothes", 1))
    code, out, err = published("run", "files", "--from", str(tmp_path / "in" / "topheavy.toml"))
    assert code == 1
    assert "topheavy gaps" in err
    assert "Magnificent 7 are 18.84 %" in out
    _, out, _ = published("gaps", "--json")
    assert len(json.loads(out)["failed"]) == 1


def test_status_counts_what_the_home_holds(reading: Run) -> None:
    code, out, _ = reading("status", "--json")
    assert code == 0
    held = {row["table"]: row["rows"] for row in json.loads(out)["tables"]}
    assert held["bars"] == 12
    assert held["concentration"] == 8
    assert held["market_caps"] == 12


def test_sql_answers_over_the_published_copy(reading: Run) -> None:
    _, out, _ = reading("sql", "SELECT ticker, close_price FROM daily_trading ORDER BY ALL DESC LIMIT 1", "--json")
    assert json.loads(out)["rows"] == [{"ticker": "CCC", "close_price": 33.0}]


def test_verify_finds_nothing_wrong_and_a_damaged_byte(published: Run, tmp_path: Path) -> None:
    assert published("verify")[0] == 0
    page = next((tmp_path / "home" / "raw" / "files" / "bars").glob("*.csv"))
    page.write_bytes(page.read_bytes().replace(b"33", b"34"))
    code, out, err = published("verify")
    assert code == 1
    assert "damaged" in out + err


def test_plan_says_what_would_be_asked_and_asks_nothing(topheavy: Run) -> None:
    code, out, _ = topheavy(
        "collect", "polygon", "bars", "--since", "2020-11-30", "--until", "2024-12-13", "--plan", "--json"
    )
    assert code == 0
    told = json.loads(out)
    assert told["routes"] == {"polygon bars": 1017}
    assert {unit["why"] for unit in told["units"]} == {"missing"}
    assert (told["calls"], told["seconds"], told["limit"]) == (1017, 203 * 60, "5 calls a minute"), "five leave at once"


def test_plan_is_told_to_a_person(topheavy: Run) -> None:
    words = ("collect", "polygon", "bars", "--since", "2020-11-30", "--until", "2024-12-13", "--plan")
    _, out, _ = topheavy(*words)
    assert "1,017 units to ask for; 0 are safely in the lake" in out
    assert "about 1,017 calls; 3 h 23 min at polygon's limit, 5 calls a minute" in out


def test_retry_needs_to_know_what(topheavy: Run) -> None:
    assert topheavy("collect", "--retry", "all")[0] == 2
    code, _, err = topheavy("collect")
    assert (code, "name a source" in err) == (2, True)


def test_plugins_are_listed_with_where_they_are(topheavy: Run) -> None:
    _, out, _ = topheavy("plugins", "--json")
    found = {(row["kind"], row["name"]) for row in json.loads(out)["rows"]}
    assert {("source", "polygon"), ("dataset", "bars"), ("rule", "share_outlier"), ("engine", "duckdb")} <= found


def test_a_repair_is_switched_off_and_on(topheavy: Run, tmp_path: Path) -> None:
    wrong = BARS.replace("2024-06-07,BBB,20,22,20,21", "2024-06-07,BBB,20,22,20.5,21")
    topheavy("run", "files", "--from", str(write(tmp_path / "in", bars=wrong)))
    _, out, _ = topheavy("show", "repairs", "--json")
    (repair,) = json.loads(out)["rows"]
    assert (repair["rule"], repair["before"], repair["after"]) == ("bar_range", 20.5, 20.0)
    low = "SELECT low_price FROM daily_trading WHERE ticker = 'BBB' AND trading_date = '2024-06-07'"
    for switch, expected in (("--off", 20.5), ("--on", 20.0)):
        assert topheavy("repair", repair["id"], switch)[0] == 0
        _, out, _ = topheavy("sql", low, "--json")
        assert json.loads(out)["rows"] == [{"low_price": expected}]


@pytest.mark.slow
def test_simulated_data_says_so_everywhere(topheavy: Run, tmp_path: Path) -> None:
    home = str(tmp_path / "sim")
    code, out, _ = topheavy("demo", "--no-serve", "--companies", "30", "--home", home)
    assert code == 0
    assert "SIMULATED" in out
    for words in (("show", "concentration"), ("show", "group"), ("sql", "SELECT 1 AS one"), ("gaps",), ("status",)):
        _, out, _ = topheavy(*words, "--home", home)
        assert "SIMULATED" in out, words
    code, _, err = topheavy("run", "files", "--from", str(write(tmp_path / "in")), "--home", home)
    assert code == 1
    assert "never mix" in err


def test_the_installed_command_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from topheavy.cli import main; main()", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "topheavy 0.1.0\n")


def test_exposure_says_what_is_owned_for_people_and_for_programs(published: Run, tmp_path: Path) -> None:
    code, out, err = published("exposure", "75% AAA, 25% NOBODY", "--on", "2024-06-11")
    assert (code, err) == (0, "")
    assert "75.00" in out
    assert "nothing here knows NOBODY" in out
    code, out, _ = published("exposure", "75% AAA, 25% NOBODY", "--json", "--keep", "mine")
    assert json.loads(out)["exposure"]["residuals"][0]["share"] == 0.25
    code, out, _ = published("exposure", "mine", "--json", "--add", "100% AAA")
    assert json.loads(out)["what_if"]["after"]["companies"][0]["share"] == pytest.approx(0.875)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere/positions.csv",), "there is no file nowhere/positions.csv"),
        (("hello",), "no table of positions"),
        (("50% AAPL", "--rate", "EUR"), "--rate is 'EUR'"),
        (("50% AAPL", "--on", "June"), "--on is 'June'"),
    ],
)
def test_exposure_refuses_in_one_line(published: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = published("exposure", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


_UNPRICED = """iShares Made Up ETF
Fund Holdings as of,"Dec 05, 2024"

Ticker,Name,Asset Class,Market Value,{weight}Quantity
AAPX,ALPHA,Equity,"600,000.00",{first}"4,000"
BBPX,BETA,Equity,"400,000.00",{second}"13,000"
CCPX,GAMMA,Equity,-,{third}"50,000"
"""


@pytest.mark.parametrize(
    ("weights", "coverage"),
    [
        (("Weight (%),", "60.00,", "40.00,", "-,"), "Coverage 100.00 % by weight: 2 of 3"),  # 60 + 40: nothing is left
        (("", "", "", ""), "Coverage 66.67 % by weight: 2 of 3 companies measured; 1 sessions withheld"),
    ],
)
def test_a_line_that_a_fund_holds_and_does_not_price_is_counted(
    topheavy: Run, tmp_path: Path, weights: tuple[str, ...], coverage: str
) -> None:
    printed = dict(zip(("weight", "first", "second", "third"), weights, strict=True))
    (tmp_path / "XMPF_holdings.csv").write_text(_UNPRICED.format(**printed))
    code, out, _ = topheavy("run", "ishares", "--from", str(tmp_path / "XMPF_holdings.csv"))
    assert code == 0
    assert coverage in out
