"""Splits: a change of a security's share unit, and spin-offs that vendors fold into prices like one."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Check, Column, Dataset

LARGEST_DENOMINATOR = 12
"""New-for-old ratios are quotients of small integers; a ratio that needs more is a price adjustment."""

PRINTED = 6e-5
"""Ratios are printed to four digits: 5:3 as 1.6667."""

LARGEST_SPIN_OFF = 1.45
"""A company that gives away more than a third of itself is rarer than a 3:2 split."""

LARGEST_STOCK_DIVIDEND = 1.1
"""A ratio up to here, of whole percents, is a stock dividend; above it a spin-off's factor may be as round."""


def kind_of_ratio(ratio: float) -> str:
    """Return ``split`` for a quotient of small integers, else ``spin_off``.

    Vendors publish the price adjustment of a spin-off as if it were a split (GE 2024-04-02: 1.253);
    it moves prices but leaves the number of shares alone. No spin-off raises the price, so a ratio below one is a
    reverse split, whatever it is. Between a stock dividend and 1.45 a round ratio may be either (``is_undecided``).

    >>> kind_of_ratio(20), kind_of_ratio(1.5), kind_of_ratio(0.031), kind_of_ratio(1.6667), kind_of_ratio(1.03)
    ('split', 'split', 'split', 'split', 'split')
    >>> kind_of_ratio(1.253), kind_of_ratio(1.25), kind_of_ratio(4 / 3)
    ('spin_off', 'spin_off', 'split')
    """
    if ratio <= 1:
        return "split"
    whole_percents = abs(100 * ratio - round(100 * ratio)) < 1e-4
    if ratio < LARGEST_SPIN_OFF and whole_percents:
        return "split" if ratio <= LARGEST_STOCK_DIVIDEND + PRINTED else "spin_off"
    small = any(abs(ratio - round(ratio * q) / q) < PRINTED for q in range(1, LARGEST_DENOMINATOR + 1))
    return "split" if small else "spin_off"


def is_undecided(ratio: float) -> bool:
    """Say whether a ratio alone does not tell a split from a spin-off: the counts around it do.

    >>> is_undecided(1.25), is_undecided(1.03), is_undecided(2), is_undecided(0.08)
    (True, True, False, False)
    """
    return ratio > 1 and (ratio < LARGEST_SPIN_OFF or kind_of_ratio(ratio) == "spin_off")


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
    key=("security", "effective", "ratio"),
    security_by="effective",
    checks=(Check("ratio_not_positive", "ratio <= 0", "a ratio is above zero: 10 for 10:1, 0.1 for 1:10"),),
)
