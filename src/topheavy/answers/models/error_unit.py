"""What an error is measured in: a price's in parts of today's price, so that dear shares count no more than others."""

PRICE = "price"


def error_unit(target: str, today: float) -> float:
    """Return what to divide an error by; ``today`` is what "tomorrow = today" said, on the target's scale.

    >>> error_unit("price", 250.0), error_unit("return", 0.0)
    (250.0, 1.0)
    """
    return today if target == PRICE else 1.0


def error_unit_sql(today: str) -> str:
    """Return the same as SQL over rows with a column ``target``; ``today`` is SQL for what "tomorrow = today" said."""
    return f"CASE WHEN target = '{PRICE}' THEN {today} ELSE 1 END"
