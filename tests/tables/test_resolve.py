"""A symbol on a day names a security: exactly for prices, leniently for notices, whatever the order of rows."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.datasets.schema import Dataset, dataset
from topheavy.tables.resolve import resolve

Spoken = tuple[str | None, date | None]


def on(text: str) -> date:
    return date.fromisoformat(text)


SYMBOLS = pa.table(
    [
        ["META", "META", "OTHER", "CORESITE", "COR", "COR"],
        ["FB", "META", "META", "COR", "ABC", "COR"],
        pa.array(
            [on("2012-05-18"), on("2022-06-09"), on("2021-06-30"), on("2010-09-23"), on("1995-04-04"), on("2023-08-30")]
        ),
        pa.array([on("2022-06-08"), None, on("2022-01-28"), on("2021-12-28"), on("2023-08-29"), None], pa.date32()),
    ],
    names=["security", "symbol", "since", "until"],
)
"""Facebook became Meta; META was a fund's symbol before. COR was CoreSite, and is Cencora, which was ABC."""


def rows(about: Dataset, spoken: list[Spoken]) -> pa.Table:
    """Rows of a dataset, all alike but for their symbol and the day they speak of."""
    days = pa.array([day for _, day in spoken], pa.date32())
    filled = {"symbol": pa.array([symbol for symbol, _ in spoken], pa.string()), about.security_by: days}
    return pa.table(
        [filled.get(field.name, pa.nulls(len(spoken), field.type)) for field in about.parsed_schema],
        schema=pa.schema([field.with_nullable(True) for field in about.parsed_schema]),
    )


def named(name: str, *spoken: tuple[str, str], naming: str | None = None) -> list[str | None]:
    about = dataset(name)
    asked = rows(about, [(symbol, on(day)) for symbol, day in spoken])
    found = resolve(about, asked, SYMBOLS, on(naming) if naming else None)
    assert found["symbol"].to_pylist() == [symbol for symbol, _ in spoken]
    return list(found["security"].to_pylist())


def test_a_price_is_the_bearers_of_that_day() -> None:
    assert named("bars", ("FB", "2022-06-08"), ("META", "2022-06-09")) == ["META", "META"]
    assert named("bars", ("META", "2022-01-28"), ("META", "2021-07-01")) == ["OTHER", "OTHER"]
    assert named("bars", ("COR", "2021-12-28"), ("ABC", "2021-12-28")) == ["CORESITE", "COR"]
    assert named("bars", ("COR", "2023-08-30"), ("ABC", "2023-08-29")) == ["COR", "COR"]


@pytest.mark.parametrize(
    ("symbol", "day"),
    [
        ("FB", "2022-06-09"),  # Meta no longer bears it
        ("FB", "2012-05-17"),  # nor yet
        ("META", "2022-06-08"),  # between the fund and Facebook
        ("META", "2022-01-29"),
        ("META", "2021-06-29"),
        ("COR", "2022-06-01"),
    ],
)
def test_a_price_outside_every_bearers_days_is_a_strangers(symbol: str, day: str) -> None:
    (stranger,) = named("bars", (symbol, day))
    assert stranger not in {"META", "OTHER", "COR", "CORESITE", "FB"}
    assert stranger is not None
    assert stranger.startswith(f"{symbol}@")


@pytest.mark.parametrize("name", ["splits", "dividends", "shares"])
def test_a_notice_may_use_the_symbol_early_or_late(name: str) -> None:
    assert named(name, ("FB", "2022-06-08"), ("FB", "2022-06-09"), ("FB", "2023-01-01")) == ["META"] * 3
    assert named(name, ("META", "2022-06-09"), ("META", "2022-06-01")) == ["META", "META"]
    assert named(name, ("META", "2022-01-28"), ("META", "2022-02-01"), ("META", "2000-01-01")) == ["OTHER"] * 3
    assert named(name, ("COR", "2021-12-28"), ("COR", "2022-01-15"), ("COR", "2023-08-15")) == [
        *("CORESITE", "CORESITE", "COR"),
    ]


def test_exactly_between_two_bearers_the_later_one_is_meant() -> None:
    """CoreSite ended on 2021-12-28, Cencora began on 2023-08-30: 305 days from either is 2022-10-29."""
    assert (on("2022-10-29") - on("2021-12-28")).days == (on("2023-08-30") - on("2022-10-29")).days
    assert named("shares", ("COR", "2022-10-28"), ("COR", "2022-10-29"), ("COR", "2022-10-30")) == [
        *("CORESITE", "COR", "COR"),
    ]


def test_a_file_that_uses_one_days_symbols_is_read_by_that_day() -> None:
    """A list downloaded in 2024 names 2015's Facebook META, prices included."""
    old = [("META", "2015-01-02"), ("COR", "2015-01-02")]
    assert named("bars", *old, naming="2024-12-06") == ["META", "COR"]
    assert named("shares", *old, naming="2024-12-06") == ["META", "COR"]
    assert named("shares", *old, naming="2021-12-01") == ["OTHER", "CORESITE"]
    assert named("bars", ("FB", "2015-01-02"), naming="2024-12-06") == ["META"], "a symbol of before is understood"


def test_an_unknown_symbol_names_itself() -> None:
    assert named("bars", ("AAPL", "2024-12-06"), ("BRK.B", "1999-01-04")) == ["AAPL", "BRK.B"]
    assert named("shares", ("AAPL", "2024-12-06"), naming="2020-01-02") == ["AAPL"]
    assert resolve(dataset("bars"), rows(dataset("bars"), [("AAPL", on("2024-12-06"))]), SYMBOLS.slice(0, 0), None)[
        "security"
    ].to_pylist() == ["AAPL"]


def test_a_membership_is_its_bearers_in_its_own_period() -> None:
    """COR was no member in CoreSite's days: a membership from 2022 to today is Cencora's."""
    about = dataset("constituents")
    asked = rows(about, [("COR", on("2022-01-10")), ("COR", on("2015-01-02")), ("FB", on("2013-12-23"))])
    place = asked.schema.names.index("until")
    ends = pa.array([None, on("2021-12-20"), None], pa.date32())
    found = resolve(about, asked.set_column(place, "until", ends), SYMBOLS, None)
    assert found["security"].to_pylist() == ["COR", "CORESITE", "META"]


def test_a_group_without_dates_means_todays_bearer() -> None:
    about = dataset("groups")
    found = resolve(about, rows(about, [("META", None), ("COR", None), ("AAPL", None)]), SYMBOLS, None)
    assert found["security"].to_pylist() == ["META", "COR", "AAPL"]


def test_only_equity_lines_of_a_fund_mean_a_security() -> None:
    about = dataset("holdings")
    asked = rows(about, [("FB", on("2022-06-08")), ("USD", on("2022-06-08")), (None, on("2022-06-08"))])
    classes = pa.array(["equity", "cash", "equity"])
    found = resolve(
        about, asked.set_column(asked.schema.names.index("asset_class"), "asset_class", classes), SYMBOLS, None
    )
    assert found["security"].to_pylist() == ["META", None, None]


def test_every_row_keeps_its_own_values_and_place() -> None:
    about = dataset("splits")
    asked = rows(about, [("FB", on("2022-06-08")), ("AAPL", on("2020-08-31")), ("FB", on("2022-06-08"))])
    ratios = pa.array([2.0, 4.0, 3.0])
    found = resolve(about, asked.set_column(asked.schema.names.index("ratio"), "ratio", ratios), SYMBOLS, None)
    assert list(zip(found["security"].to_pylist(), found["ratio"].to_pylist(), strict=True)) == [
        *(("META", 2.0), ("AAPL", 4.0), ("META", 3.0)),
    ]


# against plain Python


def bearer(symbol: str, day: date, *, exact: bool) -> str | None:
    """The security meant, by looking at every period; ``None`` for a stranger."""
    periods = [row for row in SYMBOLS.to_pylist() if row["symbol"] == symbol]
    if not periods:
        return symbol
    far = {
        (max((row["since"] - day).days, (day - (row["until"] or date.max)).days, 0), -row["since"].toordinal()): row
        for row in periods
    }
    nearest = min(far)
    return None if exact and nearest[0] else str(far[nearest]["security"])


SPOKEN = st.lists(
    st.tuples(st.sampled_from(["FB", "META", "COR", "ABC", "AAPL"]), st.dates(on("2010-01-01"), on("2024-12-31"))),
    max_size=12,
)


@given(SPOKEN, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_every_symbol_on_every_day_in_any_order(spoken: list[tuple[str, date]], random: object) -> None:
    for name in ("bars", "shares"):
        about = dataset(name)
        shuffled = SYMBOLS.take(pa.array(random.sample(range(SYMBOLS.num_rows), SYMBOLS.num_rows)))  # type: ignore[attr-defined]
        found = resolve(about, rows(about, list(spoken)), shuffled, None)["security"].to_pylist()
        expected = [bearer(symbol, day, exact=about.exact_symbol) for symbol, day in spoken]
        known = {"META", "OTHER", "COR", "CORESITE", "AAPL"}
        assert [name if name in known else None for name in found] == expected
        order = random.sample(range(len(spoken)), len(spoken))  # type: ignore[attr-defined]
        again = resolve(about, rows(about, [spoken[place] for place in order]), SYMBOLS, None)["security"].to_pylist()
        assert again == [found[place] for place in order]
