"""The funds that were looked into: how fresh their holdings are, how whole, and how much they have in common."""

from dash import html

from topheavy.answers.exposure.facts import ExposureAnswer, FundUsed
from topheavy.answers.exposure.words import STALE, coverage
from topheavy.core.text import day, percent
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component


def funds(answer: ExposureAnswer) -> Component:
    """Build the card of funds."""
    if not answer.funds:
        return None
    rows = [
        [fund.fund, percent(fund.share, 2), [day(fund.as_of), _age(fund)], f"{fund.lines:,}", coverage(fund),
         _origin(fund), _refresh(fund)]
        for fund in answer.funds
    ]  # fmt: skip
    head = ("Fund", "Part of your money", "Holdings as of", "Lines", "How whole", "From", "Newer ones")
    return html.Section(
        [
            html.H2("The funds, and how fresh their holdings are"),
            html.P("A fund inside another counts in both parts.", className="fine"),
            table(head, rows, "Funds looked into"),
        ],
        className="card funds",
    )


def _age(fund: FundUsed) -> Component:
    if fund.age <= STALE:
        return None
    return html.Small(f"{fund.age:,} days old", className="stale")


def _origin(fund: FundUsed) -> str:
    return f"{fund.source}, SIMULATED" if fund.source_kind == "simulated" else fund.source


def _refresh(fund: FundUsed) -> Component:
    return html.Code(fund.refresh) if fund.refresh else "give its newer file"


def overlaps(answer: ExposureAnswer) -> Component:
    """Build the card of what two funds have in common."""
    if not answer.overlaps:
        return None
    rows = [[f"{item.a} and {item.b}", percent(item.overlap), f"{item.companies:,}"] for item in answer.overlaps]
    note = "The sum of the smaller part of each company: 100 % would be the same fund twice."
    return html.Section(
        [
            html.H2("What your funds have in common"),
            html.P(note, className="fine"),
            table(("Funds", "Overlap", "Companies in both"), rows, "Overlap of funds"),
        ],
        className="card",
    )


def positions(answer: ExposureAnswer) -> Component:
    """Build the card of what was counted, and how it is valued."""
    rows = [
        [item.position, item.name, percent(item.share, 2),
         "—" if item.value is None else f"{item.value:,.2f} {item.currency}".strip(), item.how, item.what]
        for item in answer.positions
    ]  # fmt: skip
    head = ("Position", "Name", "Part", "Value", "How known", "Taken for")
    return html.Details(
        [html.Summary(f"{len(rows)} positions, as they are counted"), table(head, rows, "Positions")],
        className="card read",
    )
