"""The answer in words and big figures: what the group is of the index, and what that rests on."""

from collections.abc import Callable

from dash import html

from topheavy.answers import concentration, indices
from topheavy.answers.choice import Choice
from topheavy.answers.concentration import Day, GroupDay
from topheavy.answers.indices import Kind, Level
from topheavy.core.text import (
    GAP,
    between,
    company,
    day,
    long_day,
    make,
    money,
    number,
    percent,
    points,
    sentence,
    the,
    unbroken,
)
from topheavy.web.frame.page import Component
from topheavy.web.services import View

_COUNTED = {Level.ISSUER: "counting each company once", Level.LINE: "counting each share class by itself"}
_MEMBERS = {Level.ISSUER: "companies", Level.LINE: "share classes"}


def headline(view: View, choice: Choice) -> Component:
    """State the answer for the chosen day, how it changed, and what it rests on."""
    now = concentration.day_on(view, choice.index.index, choice.level, choice.on)
    return html.Section(
        [
            html.Div(
                [
                    html.H1(_answer(view, choice, now), id="concentration-answer"),
                    html.P(f"on {long_day(choice.on)}, {_COUNTED[choice.level]}", className="when"),
                    _change(view, choice),
                ],
                className="said",
            ),
            rests_on(view, choice, now),
        ],
        className="card headline",
        **{"aria-label": "The answer"},
    )


def tiles(view: View, choice: Choice) -> Component:
    """Show the index's own figures, each with what it was on the compared day."""
    now = concentration.day_on(view, choice.index.index, choice.level, choice.on)
    was = concentration.day_on(view, choice.index.index, choice.level, choice.compare) if choice.compare else None
    members, noun = _MEMBERS[choice.level], choice.index.noun
    shown = [
        _tile(choice, now, was, "Effective number", lambda at: number(at.effective_n),
              f"as concentrated as {number(now.effective_n, 0)} equal {members}"),
        _tile(choice, now, was, "Ten largest", lambda at: percent(at.top10), f"of the {noun} in ten {members}"),
        _tile(choice, now, was, "Largest", lambda at: percent(at.top1), _largest(view, choice)),
        _tile(choice, now, was, "HHI", lambda at: number(at.hhi, 0), "Σ w², from 0 to 10,000"),
        _tile(choice, now, was, "Total value", lambda at: money(at.total), _total(choice, now)),
    ]  # fmt: skip
    return html.Section(shown, className="tiles", **{"aria-label": "The index's figures"})


def rests_on(view: View, choice: Choice, now: Day) -> Component:
    """Show coverage beside the figure, with the floor below which figures are withheld."""
    floor = indices.about(view).coverage_floor
    bar = html.Div(
        [
            html.Div(className="fill", style={"width": f"{100 * now.coverage:.2f}%"}),
            html.Div(className="floor", style={"left": f"{100 * floor:.2f}%"}),
        ],
        className="meter",
        role="img",
        **{"aria-label": f"coverage {percent(now.coverage)}, floor {percent(floor, 0)}"},
    )
    return html.Div(
        [
            html.Div("Rests on", className="label"),
            html.Div([html.Strong(percent(now.coverage)), " coverage by weight"], className="coverage"),
            bar,
            html.P(_measured(choice, now)),
            html.P(_open(view, choice, now)),
            html.P(f"Withheld below {percent(floor, 0)}.", className="fine"),
        ],
        className="rests",
    )


def _open(view: View, choice: Choice, now: Day) -> str | None:
    """State the band of the share in the headline, where something is not measured."""
    low, high = now.top10_low, now.top10_high
    if choice.group is not None:
        share = concentration.group_on(view, choice.index.index, choice.group.group, choice.on)
        low, high = (share.share_low, share.share_high) if share else (None, None)
    band = between(low, high, 2)
    what = "The share" if choice.group is not None else "The share of the ten largest"
    return f"{what} is {band}, by what may be missing." if band else None


def _answer(view: View, choice: Choice, now: Day) -> list[Component]:
    index = unbroken(the(choice.index.title))
    if choice.group is None:
        equal = html.Span(f"{number(now.effective_n, 0)} equal companies", className="figure")
        return [f"{sentence(index)} is as concentrated as ", equal] if now.stated else [f"{sentence(index)}: withheld"]
    group = unbroken(the(choice.group.title))
    figures = concentration.group_on(view, choice.index.index, choice.group.group, choice.on)
    if figures is None:
        return [f"None of {group} is in {index}"]
    if figures.share is None:
        return [f"The share of {group} in {index} is withheld", html.Span(figures.reason, className="why")]
    return [
        f"{sentence(group)} {make(choice.group.title)}{GAP}up{GAP}",
        html.Span(percent(figures.share), className="figure"),
        f" of {index}",
    ]


def _change(view: View, choice: Choice) -> Component:
    """Say what the share was on the compared day, and how much of the group is in the index at all."""
    if choice.group is None:
        return None
    size, noun = len(choice.group.members), choice.index.noun
    now = concentration.group_on(view, choice.index.index, choice.group.group, choice.on)
    if now is None or now.share is None:
        return None
    if choice.compare is None or choice.compare == choice.on:
        here = f"{now.members} of the {size} are in the {noun}."
        return html.P(here, className="change") if now.members < size else None
    was = concentration.group_on(view, choice.index.index, choice.group.group, choice.compare)
    if was is None or was.share is None:
        return html.P(f"No share is stated for {day(choice.compare)} to compare with.", className="change")
    moved = now.share - was.share
    arrow = "▲" if moved > 0 else "▼" if moved < 0 else "="
    return html.P(
        [
            html.Strong([html.Span(arrow, className="arrow", **{"aria-hidden": "true"}), f" {points(moved, 2)}"]),
            f" against {percent(was.share, 2)} on {day(choice.compare)}",
            _joined(size, noun, was, now),
        ],
        className="change",
    )


def _joined(size: int, noun: str, was: GroupDay, now: GroupDay) -> str:
    """Say it where the group in the index was not the same on both days: then part of the change is membership."""
    if was.members == now.members:
        return "" if now.members == size else f", with {now.members} of the {size} in the {noun} on both days"
    return f", when {was.members} of the {size} were in the {noun} (now {now.members})"


def _measured(choice: Choice, now: Day) -> str:
    if choice.index.kind is Kind.FUND:
        return f"{now.measured:,} {_MEMBERS[choice.level]}, from the fund's own file."
    missing = now.members - now.measured
    text = f"{now.measured:,} of {now.members:,} {_MEMBERS[choice.level]} measured."
    return f"{text} For the other {missing:,} a stand-in is counted, so the total does not shrink." if missing else text


def _largest(view: View, choice: Choice) -> str:
    first = concentration.members(view, choice.index.index, choice.level, choice.on)[:1]
    return company(first[0].name, first[0].security) if first else ""


def _total(choice: Choice, now: Day) -> str:
    if not choice.index.priced:
        return "its file prints weights only"
    return (
        "of the fund's shares" if choice.index.kind is Kind.FUND else f"of which {money(now.measured_total)} measured"
    )


def _tile(
    choice: Choice, now: Day, was: Day | None, label: str, figure: Callable[[Day], str], meaning: str
) -> Component:
    """Show one figure, what it means, and what it was; withheld where the day's figures are."""
    compared = was is not None and choice.compare != choice.on
    before = ["was", GAP, f"{figure(was)} on {day(was.session)}"] if was is not None and compared else None
    return html.Div(
        [
            html.Div(label, className="label"),
            html.Div(figure(now), className="big"),
            html.Div(meaning if now.stated else "withheld", className="meaning"),
            html.Div(before, className="was"),
        ],
        className="card tile",
    )
