"""The answer in a sentence and big figures."""

from dash import html

from topheavy.answers.exposure.facts import ExposureAnswer
from topheavy.answers.exposure.what_if import WhatIfAnswer
from topheavy.answers.exposure.words import known
from topheavy.core.text import NONE, day, make, number, percent, points, sentence, the, unbroken
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component

MAIN_GROUP = "magnificent7"


def headline(answer: ExposureAnswer) -> Component:
    """State how many companies it really is."""
    said = f"{known(answer)}, by the holdings known on {day(answer.on)}."
    return html.Section(
        [
            html.Div(
                [html.H2(_sentence(answer), id="exposure-answer", className="answer"), html.P(said, className="when")]
            ),
            _group(answer),
        ],
        className="card headline",
        **{"aria-label": "The answer"},
    )


def _sentence(answer: ExposureAnswer) -> list[Component]:
    found = answer.figures
    if found.effective_n is None:
        return ["No company is found in it"]
    equal = html.Span(f"{number(found.effective_n)} equal ones", className="figure")
    return [f"You own {found.companies:,} companies, as concentrated as ", equal]


def _group(answer: ExposureAnswer) -> Component:
    """State the main group's part, so that it is seen at once."""
    group = next((item for item in answer.groups if item.group == MAIN_GROUP), next(iter(answer.groups), None))
    if group is None:
        return None
    return html.Div(
        [
            html.Div(f"In {unbroken(the(group.title))}", className="label"),
            html.Div(percent(group.share), className="big share"),
            html.P(f"{sentence(the(group.title))} {make(group.title)} up so much of your money; "
                   f"{group.members} of {group.of} are in it."),
        ],
        className="rests",
    )  # fmt: skip


def tiles(answer: ExposureAnswer) -> Component:
    """Show the figures of the portfolio."""
    found = answer.figures
    largest = answer.companies[0] if answer.companies else None
    shown = [
        _tile("Ten largest", percent(found.top10), "of what is in companies"),
        _tile("Largest", percent(largest.share) if largest else NONE, largest.name if largest else ""),
        _tile("HHI", number(found.hhi, 0), "Σ w², from 0 to 10,000"),
        _tile("Followed down", percent(answer.companies_share), "to companies"),
        _tile("Not looked through", percent(answer.not_looked_through), _why(answer)),
    ]
    return html.Section(shown, className="tiles", **{"aria-label": "The portfolio's figures"})


def _why(answer: ExposureAnswer) -> str:
    return f"{answer.residuals[0].what} most; why is below" if answer.residuals else "nothing is left unexplained"


def _tile(label: str, figure: str, meaning: str) -> Component:
    return html.Div(
        [
            html.Div(label, className="label"),
            html.Div(figure, className="big"),
            html.Div(meaning, className="meaning"),
        ],
        className="card tile",
    )


def changed(found: WhatIfAnswer) -> Component:
    """Show before and after."""
    before, after = found.before, found.after
    then = {group.group: group.share for group in before.groups}
    rows = [
        ("Equal companies", number(before.figures.effective_n), number(after.figures.effective_n), ""),
        ("Ten largest", percent(before.figures.top10), percent(after.figures.top10), ""),
        *((group.title, percent(then.get(group.group)), percent(group.share), "") for group in after.groups),
        *((item.name, percent(item.before, 2), percent(item.after, 2), points(item.after - item.before, 2))
          for item in found.moved[:6]),
    ]  # fmt: skip
    title = f"If you {found.change}"
    return html.Section(
        [html.H2(title), table(("", "Now", "Then", "Change"), rows, f"{title}: before and after")],
        className="card",
    )
