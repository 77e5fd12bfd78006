"""Days as the numbers that a repair of a split's date carries, and back."""

from datetime import date


def as_number(day: date) -> float:
    """Return a day as the number that a repair carries.

    >>> as_number(date(2024, 6, 10))
    20240610.0
    """
    return float(day.year * 10_000 + day.month * 100 + day.day)


def as_day(number: float) -> date:
    """Return the day that a repair's number means.

    >>> as_day(20240610.0)
    datetime.date(2024, 6, 10)
    """
    whole = int(number)
    return date(whole // 10_000, whole // 100 % 100, whole % 100)
