"""Splits: a change of a security's share unit, and spin-offs that vendors fold into prices like one."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Check, Column, Dataset

LARGEST_DENOMINATOR = 20
"""New-for-old ratios are quotients of small integers; a ratio that needs more is a price adjustment."""


def kind_of_ratio(ratio: float) -> str:
    """Return ``split`` for a quotient of small integers, else ``spin_off``.

    Vendors publish the price adjustment of a spin-off as if it were a split (GE 2024-04-02: 1.253);
    it moves prices but leaves the number of shares alone.

    >>> kind_of_ratio(20), kind_of_ratio(1.5), kind_of_ratio(0.125), kind_of_ratio(1.253)
    ('split', 'split', 'split', 'spin_off')
    """
    small = any(abs(ratio * q - round(ratio * q)) < 1e-6 * q for q in range(1, LARGEST_DENOMINATOR + 1))
    reverse = abs(1 / ratio - round(1 / ratio)) < 1e-4
    return "split" if small or reverse else "spin_off"


DATASET = Dataset(
    name="splits",
    grain="a split of a security",
    columns=(
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("symbol", TEXT, "symbol as printed by the source, house spelling"),
        Column("effective", DAY, "first session on the new share unit"),
        Column("ratio", NUMBER, "new shares for one old share", "1"),
        Column("kind", TEXT, "split, or spin_off: a price adjustment that leaves the share count alone"),
        Column("evidence", TEXT, "where the fact comes from", optional=True),
    ),
    key=("security", "effective"),
    security_by="effective",
    checks=(Check("ratio_not_positive", "ratio <= 0", "a ratio is above zero: 10 for 10:1, 0.1 for 1:10"),),
)
