"""Numbers as files write them: read where the file's own cells decide, refused where they do not."""

import polars as pl
import pytest

from topheavy.sources.reading.cells import style_in
from topheavy.sources.reading.numbers import Mixed, Style, in_style, style_of


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1,234.50", "7"], Style.AMERICAN),
        (["1,234,567", "7"], Style.AMERICAN),
        (["1,234", "12.5"], Style.AMERICAN),
        (["1.234,50", "7"], Style.EUROPEAN),
        (["1.234.567", "7"], Style.EUROPEAN),
        (["600.000", "150,00"], Style.EUROPEAN),
        (["1.234", "7"], Style.PLAIN),
        (["-12", "1e3", ""], Style.PLAIN),
    ],
)
def test_the_cells_together_tell_how_numbers_are_written(cells: list[str], style: Style) -> None:
    assert style_of(cells) is style


@pytest.mark.parametrize("cells", [["1,234", "7"], ["1,234", "1.234"], ["1,234.50", "1.234,50"], ["12,5", "12.5"]])
def test_what_could_be_thousands_or_fractions_is_refused(cells: list[str]) -> None:
    with pytest.raises(Mixed):
        style_of(cells)


def test_among_semicolons_a_dot_before_three_digits_is_doubted_too() -> None:
    with pytest.raises(Mixed, match=r"'1\.234'"):
        style_of(["1.234", "7"], dot_is_doubtful=True)


@pytest.mark.parametrize(
    ("cell", "style", "plain"),
    [
        ("1,234.50", Style.AMERICAN, "1234.50"),
        ("-1.234,50", Style.EUROPEAN, "-1234.50"),
        ("−7", Style.AMERICAN, "-7"),
        ("1e3", Style.AMERICAN, "1e3"),
        ("nine", Style.EUROPEAN, "nine"),
    ],
)
def test_a_cell_is_written_plainly(cell: str, style: Style, plain: str) -> None:
    assert in_style(cell, style) == plain


def test_a_volume_of_1_000_is_a_thousand_where_commas_part_the_cells_and_a_price_is_not() -> None:
    thousand, plain = pl.Series(["1,000", "20"]), pl.Series(["10", "20"])
    assert style_in({"volume": thousand, "close": plain}, "", ",") is Style.AMERICAN
    with pytest.raises(Mixed, match="manifest"):
        style_in({"volume": plain, "close": thousand}, "", ",")
    with pytest.raises(Mixed, match="manifest"):
        style_in({"volume": thousand, "close": plain}, "", ";")


def test_a_manifest_decides() -> None:
    thousand = pl.Series(["1,000", "20"])
    assert style_in({"close": thousand}, "1,234.50", ";") is Style.AMERICAN
    assert style_in({"close": thousand}, "1.234,50", ",") is Style.EUROPEAN
    with pytest.raises(Mixed, match="is not known"):
        style_in({"close": thousand}, "swiss", ",")
