"""Three real years of the S&P 500, as the issue of correctness: sessions, outliers, jumps, coverage, names."""

import csv
from datetime import date, timedelta
from statistics import median

import pytest

from support.market_data import market_folder, needs_market
from topheavy.home import Home

pytestmark = [pytest.mark.market, needs_market]

HOLIDAYS_2021 = ["2021-01-01", "2021-01-18", "2021-02-15", "2021-04-02", "2021-05-31", "2021-07-05", "2021-09-06",
                 "2021-11-25", "2021-12-24"]  # fmt: skip


def test_every_session_has_a_row_at_both_levels_or_a_reason(real_place: Home) -> None:
    rows = real_place.warehouse.rows(
        "SELECT session, level, status, reason FROM concentration WHERE \"index\" = 'SP500' ORDER BY session"
    )
    days = {row["session"] for row in rows}
    assert len(rows) == 2 * len(days)
    assert all((row["status"] == "ok") == (row["reason"] is None) for row in rows)
    year = [date(2021, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = {date.fromisoformat(text) for text in HOLIDAYS_2021}
    assert {day for day in days if day.year == 2021} == {d for d in year if d.weekday() < 5 and d not in closed}
    assert min(days) == date(2020, 11, 30)
    assert max(days) == date(2023, 12, 29)


def _isolated() -> set[tuple[str, str]]:
    """Counts of the file that leave both neighbours by a third or more, while these agree within a tenth.

    A plain look at three points in a row, without any of the product's code. Of two in a row only the one
    that the company's median is further from can be the stray.
    """
    folder = market_folder()
    assert folder is not None
    series: dict[str, list[tuple[str, float]]] = {}
    with (folder / "shares_outstanding.csv").open() as file:
        for row in csv.DictReader(file):
            if row["ticker"]:
                series.setdefault(row["ticker"].replace("-", "."), []).append((row["date"], float(row["shares"])))
    found = set()
    for ticker, counts in series.items():
        counts.sort()
        for before, here, after in zip(counts, counts[1:], counts[2:], strict=False):
            agree = 0.9 < before[1] / after[1] < 1.1
            leaves = not 0.75 < here[1] / before[1] < 4 / 3
            middle = median(count for _, count in counts)
            stray = abs(here[1] / middle - 1) > abs(before[1] / middle - 1)
            if agree and leaves and stray:
                found.add((ticker, here[0]))
    return found


def test_every_isolated_count_of_the_file_is_repaired_with_evidence(real_place: Home) -> None:
    rows = real_place.warehouse.rows(
        "SELECT security, effective, evidence, active FROM repairs WHERE dataset = 'shares'"
    )
    repaired = {(row["security"], row["effective"].isoformat()) for row in rows if row["active"]}
    planted = _isolated()
    assert len(planted) > 110
    assert planted - repaired == set()
    assert all(any(character.isdigit() for character in row["evidence"]) for row in rows)


@pytest.mark.parametrize(
    ("security", "day", "grown"),
    [
        ("AMD", date(2022, 4, 27), 1.35),  # Xilinx
        ("SPGI", date(2022, 4, 22), 1.41),  # IHS Markit
        ("ADI", date(2021, 10, 30), 1.43),  # Maxim
        ("ABBV", date(2020, 7, 28), 1.195),  # Allergan
        ("DELL", date(2021, 11, 30), 0.505),  # VMware spun off
    ],
)
def test_a_lasting_change_is_kept(real_place: Home, security: str, day: date, grown: float) -> None:
    counts = real_place.warehouse.rows(
        "SELECT since, count, repaired FROM shares_in_use WHERE security = $s AND covers = 'class' ORDER BY since",
        {"s": security},
    )
    at = next(place for place, row in enumerate(counts) if row["since"] == day)
    assert counts[at]["count"] / counts[at - 1]["count"] == pytest.approx(grown, rel=0.01)
    assert not counts[at]["repaired"]


def test_no_cap_jumps_beyond_its_price_without_an_explanation(real_place: Home) -> None:
    jumps = real_place.warehouse.rows("SELECT * FROM cap_jumps")
    assert [row for row in jumps if row["explanation"] == "unexplained"] == []
    explained = {"lasting change of the count", "repair", "corporate action", "another way of counting"}
    assert {row["explanation"] for row in jumps} <= explained | {"doubted"}
    assert len([row for row in jumps if row["excess"] is not None]) < 60


def test_what_is_doubted_asks_about_its_own_security(real_place: Home) -> None:
    """Two merger counts that nothing later confirms are doubted; every other doubt here is of a count's age."""
    doubted = real_place.warehouse.rows("SELECT * FROM cap_jumps WHERE explanation = 'doubted'")
    assert {row["security"] for row in doubted if row["excess"] is not None} == {"NDAQ", "OKE"}
    assert {row["security"] for row in doubted} > {"CMCSA", "BF.B", "ES", "AEE"}
    for row in doubted:
        assert f" of {row['security']} " in row["question"]


def test_a_spin_off_leaves_no_inflated_cap_behind(real_place: Home) -> None:
    """GE HealthCare left on 2023-01-04: GE's cap follows what was paid, on the count of before and after."""
    caps = real_place.warehouse.rows(
        "SELECT session, market_cap FROM market_caps WHERE security = 'GE' "
        "AND session BETWEEN '2023-01-03' AND '2023-01-31'"
    )
    by_day = {row["session"]: row["market_cap"] / 1e9 for row in caps}
    assert by_day[date(2023, 1, 4)] == pytest.approx(1.092 * 66.6, rel=0.06)  # 1.09 billion shares at about $67


def test_companies_that_left_show_as_coverage_and_not_as_a_higher_share(real_place: Home) -> None:
    first = real_place.warehouse.rows(
        "SELECT * FROM figures WHERE \"index\" = 'SP500' AND level = 'issuer' AND \"group\" = 'magnificent7' "
        "ORDER BY session LIMIT 1"
    )[0]
    assert first["session"] == date(2020, 11, 30)
    assert 0.8 < first["measured"] / first["members"] < 0.9
    assert 0.95 < first["coverage"] < 0.98, "those that left are small: less is missing by weight than by heads"
    measured_alone = real_place.warehouse.rows(
        "SELECT g.value / c.measured_total AS share FROM group_share AS g JOIN concentration AS c "
        'ON c.session = g.session AND c."index" = g."index" AND c.level = \'issuer\' '
        "WHERE g.\"index\" = 'SP500' AND g.\"group\" = 'magnificent7' AND g.session = '2020-11-30'"
    )[0]["share"]
    assert first["share_low"] < first["share"] < first["share_high"] < measured_alone
    gone = real_place.warehouse.rows(
        "SELECT DISTINCT ticker FROM failed_collections "
        "WHERE trading_date = '2020-11-30' AND reason = 'never collected'"
    )
    assert {"TWTR", "ATVI", "SIVB", "FRC"} <= {row["ticker"] for row in gone}


def test_membership_is_that_of_the_day(real_place: Home) -> None:
    """Tesla joined on 2020-12-21: six of the seven are members before, seven from then on."""
    rows = real_place.warehouse.rows(
        "SELECT trading_date, mag7_companies_count AS n FROM concentration_metrics "
        "WHERE trading_date IN ('2020-12-18', '2020-12-21') ORDER BY 1"
    )
    assert [row["n"] for row in rows] == [6, 7]


def test_facebook_is_meta_on_both_sides_of_its_renaming(real_place: Home) -> None:
    rows = real_place.warehouse.rows(
        "SELECT session, reason, market_cap FROM (SELECT session, security, reason FROM weights "
        "WHERE level = 'issuer' AND \"index\" = 'SP500' AND security = 'META') "
        "JOIN market_caps USING (session, security) WHERE session IN ('2022-06-08', '2022-06-09') ORDER BY session"
    )
    assert [row["reason"] for row in rows] == [None, None]
    assert rows[1]["market_cap"] / rows[0]["market_cap"] == pytest.approx(184.00 / 196.64, rel=1e-3)  # the closes


def test_nvidia_is_not_four_times_too_large_before_its_split(real_place: Home) -> None:
    rows = real_place.warehouse.rows(
        "SELECT k.session, k.market_cap, t.close_price FROM market_caps AS k JOIN daily_trading AS t "
        "ON t.trading_date = k.session AND t.ticker = 'NVDA' WHERE k.security = 'NVDA' "
        "AND k.session IN ('2021-07-19', '2021-07-20') ORDER BY 1"
    )
    assert [row["close_price"] for row in rows] == pytest.approx([751.19, 186.12], rel=1e-3)  # as paid
    assert [row["market_cap"] / 1e9 for row in rows] == pytest.approx([468, 464], rel=0.02)


def test_levels_have_one_total(real_place: Home) -> None:
    apart = real_place.warehouse.rows(
        "SELECT session FROM concentration WHERE status = 'ok' GROUP BY session, \"index\" "
        "HAVING MAX(total) / MIN(total) > 1 + 1e-9"
    )
    assert apart == []
