"""A fault stays where it is and is told where a person looks: by refine, by run, and in the gaps."""

import re
from datetime import date
from pathlib import Path

import pytest

from support.own_bars import answer_of, rows
from support.own_files import BARS, place_in, run_files, write
from topheavy.answers.gaps import all_gaps
from topheavy.core.errors import Malformed, NotPublished
from topheavy.core.units import Answer
from topheavy.jobs.refine.closed_days import without_closed_days
from topheavy.sources import files
from topheavy.sources.reading.guarded import parse_guarded
from topheavy.sources.vendor import Parsed

HEADER = "date,ticker,open,high,low,close"


def of_days(*days: str) -> Parsed:
    body = "\n".join([HEADER, *(f"{day},AAPX,10,10,10,10" for day in days)])
    return without_closed_days(files.SOURCE.parse(answer_of(body)), "files/bars/x")


def test_bars_on_closed_days_are_left_out_and_told() -> None:
    parsed = of_days("2025-01-05", "2025-01-08", "2025-01-09", "2025-01-10")
    assert rows(parsed, "session") == [(date(2025, 1, 8),), (date(2025, 1, 10),)]
    assert [(line.where, line.reason) for line in parsed.left_out] == [
        ("2025-01-05, a weekend", "the exchange was closed"),
        ("2025-01-09, a holiday", "the exchange was closed"),
    ]


def test_weeks_from_sunday_to_thursday_are_refused_as_a_day_early() -> None:
    with pytest.raises(Malformed, match=r"2024-12-01, a Sunday.*a day early.*zone"):
        of_days("2024-12-01", "2024-12-02", "2024-12-03")
    with pytest.raises(Malformed, match=r"2024-12-07, a Saturday.*a day late"):
        of_days("2024-12-04", "2024-12-05", "2024-12-06", "2024-12-07")


def test_whatever_breaks_in_a_parser_is_that_answers_refusal() -> None:
    class Broken(files.Files):
        def parse(self, answer: Answer) -> Parsed:
            raise ZeroDivisionError("float division\nby zero")

    with pytest.raises(Malformed, match=r"ZeroDivisionError: float division by zero\); its bytes are kept"):
        parse_guarded(Broken(), answer_of(HEADER))


def test_an_answer_with_other_columns_than_its_dataset_is_refused() -> None:
    class Strange(files.Files):
        def parse(self, answer: Answer) -> Parsed:
            return Parsed({"bars": super().parse(answer).tables["bars"].select(["close"])})

    with pytest.raises(Malformed, match="other columns"):
        parse_guarded(Strange(), answer_of(f"{HEADER}\n2024-12-02,AAPX,10,10,10,10"))


def test_two_files_that_disagree_are_told_with_what_was_kept_and_why(tmp_path: Path) -> None:
    """CCC's last bar closes at 33 in the one and at 30 in the other: 3/33 = 9.1 % apart."""
    manifest = write(tmp_path / "in")
    other = "session,symbol,open,high,low,close\n2024-06-11,CCC,32,33,31,30\n2024-06-11,AAA,12,13,11,13\n"
    (tmp_path / "in" / "other.csv").write_text(other)
    manifest.write_text(manifest.read_text() + '[[file]]\npath = "other.csv"\ndataset = "bars"\n')
    with place_in(tmp_path) as place:
        done = run_files(place, manifest)
        (told,) = [item for part in done.refined for item in part.contradictions]
        assert told.rows == 1
        assert "by up to 9.1% (2024-06-11 CCC: close" in told.text
        assert "the one received last is kept" in told.text
        assert {told.unit.rpartition("%23")[2], told.other.rpartition("%23")[2]} == {"bars.csv", "other.csv"}
        (listed,) = all_gaps(place)["contradictions"]
        assert (listed["kept"], listed["not_kept"], listed["rows"]) == (told.unit, told.other, 1)
        (tmp_path / "in" / "other.csv").write_text(other.replace("31,30", "31,33"))
        assert [item for part in run_files(place, manifest).refined for item in part.contradictions] == []
        assert all_gaps(place)["contradictions"] == []


def test_what_was_left_out_is_kept_for_the_gaps(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        done = run_files(place, write(tmp_path / "in", bars=BARS + "2024-06-08,AAA,12,13,11,13\n"))
        assert [len(lines) for part in done.refined for lines in part.left_out.values()] == [1]
        (remark,) = all_gaps(place)["remarks"]
        assert (remark["kind"], remark["rows"]) == ("left out", 1)
        assert remark["what"] == "the exchange was closed: 2024-06-08, a weekend"
        run_files(place, write(tmp_path / "in"))
        assert all_gaps(place)["remarks"] == []


def test_a_run_that_publishes_nothing_says_why(tmp_path: Path) -> None:
    slashes = re.sub(r"(2024)-(06)-(\d\d)", r"\2/\3/\1", BARS)
    with place_in(tmp_path) as place, pytest.raises(NotPublished) as caught:
        run_files(place, write(tmp_path / "in", bars=slashes))
    assert 'dates = "MM/DD/YYYY"' in str(caught.value)
    assert "the tables hold no bars" in str(caught.value)


def test_prices_in_pence_wait_for_a_rate_and_are_converted_once_it_is_there(tmp_path: Path) -> None:
    """The last bar closes at 33: 0.33 pounds, at 1.5 dollars a pound 0.495 dollars."""
    manifest = write(tmp_path / "in")
    plain = manifest.read_text().replace('dataset = "bars"', 'dataset = "bars"\ncurrency = "GBX"')
    manifest.write_text(plain)
    with place_in(tmp_path) as place:
        with pytest.raises(NotPublished, match="in GBX, and the home has no rate to USD"):
            run_files(place, manifest)
        (tmp_path / "in" / "rates.csv").write_text("session,currency,rate\n2024-06-06,GBP,1.5\n")
        manifest.write_text(plain + '[[file]]\npath = "rates.csv"\ndataset = "rates"\n')
        run_files(place, manifest)
        (last,) = place.warehouse.rows("SELECT close FROM bars WHERE security = 'CCC' ORDER BY session DESC LIMIT 1")
        assert last["close"] == pytest.approx(0.495)
