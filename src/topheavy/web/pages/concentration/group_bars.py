"""Who makes a group up: each member's part of the index on the chosen day and on the compared one, as bars."""

from dataclasses import dataclass

from dash import html

from topheavy.answers import concentration
from topheavy.answers.choice import Choice
from topheavy.answers.concentration import Member
from topheavy.answers.indices import Level
from topheavy.core.text import NONE, company, day, how_known, percent, points, sentence, the
from topheavy.web.frame.page import Component
from topheavy.web.services import View


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the group: now, and on the compared day where it was in the index then."""

    now: Member
    was: Member | None

    @property
    def change(self) -> float | None:
        """How its part of the index changed; ``None`` where it has none on one of the days."""
        if self.was is None or self.was.weight is None or self.now.weight is None:
            return None
        return self.now.weight - self.was.weight


def parts(view: View, choice: Choice) -> tuple[Part, ...]:
    """Return every member of the index on the chosen day, with what it was on the compared one."""
    before = members_on_compared(view, choice)
    members = concentration.members(view, choice.index.index, choice.level, choice.on)
    return tuple(Part(item, before.get(item.member)) for item in members)


def members_on_compared(view: View, choice: Choice) -> dict[str, Member]:
    """Return the index's members on the compared day, by their id."""
    if choice.compare is None:
        return {}
    return {item.member: item for item in concentration.members(view, choice.index.index, choice.level, choice.compare)}


def makeup(view: View, choice: Choice) -> Component:
    """Draw the group's members as bars, largest first; words and figures stand beside every bar."""
    if choice.group is None:
        return None
    issuers = concentration.issuers_of(view, choice.group.group, choice.on)
    inside = [part for part in parts(view, choice) if part.now.issuer in issuers]
    weights = [item.weight or 0 for part in inside for item in (part.now, part.was) if item]
    scale = max(weights, default=0) or 1
    stated = concentration.day_on(view, choice.index.index, choice.level, choice.on).stated
    bars = html.Ol([_row(part, scale, choice) for part in inside], className="bars", id="concentration-bars")
    shown = [_legend(choice), bars, _together(inside, choice)] if stated else [html.P(f"Withheld on {day(choice.on)}.")]
    return html.Section(
        [
            html.H2(f"Who makes up {the(choice.group.title)}"),
            *shown,
            _outside(view, choice, inside),
        ],
        className="card",
        **{"aria-label": "The group's members"},
    )


def _legend(choice: Choice) -> Component:
    keys = [html.Span([html.I(className="key now"), day(choice.on)])]
    if choice.compare and choice.compare != choice.on:
        keys.append(html.Span([html.I(className="key was"), day(choice.compare)]))
    return html.P([f"Part of {the(choice.index.title)}", *keys], className="legend")


def _row(part: Part, scale: float, choice: Choice) -> Component:
    now, was = part.now.weight, part.was.weight if part.was else None
    bars = [html.Div(className="bar now", style={"width": f"{100 * (now or 0) / scale:.2f}%"})]
    if choice.compare and choice.compare != choice.on:
        bars.append(html.Div(className="bar was", style={"width": f"{100 * (was or 0) / scale:.2f}%"}))
    return html.Li(
        [
            html.Div(
                [html.Strong(company(part.now.name, part.now.security)), f" {part.now.security}"], className="who"
            ),
            html.Div(bars, className="track", **{"aria-hidden": "true"}),
            html.Div([html.Strong(percent(now, 2)), *_moved(part, choice)], className="much"),
        ],
        title=_hint(part),
    )


def _together(inside: list[Part], choice: Choice) -> Component:
    """State the sum of the bars: the share in the headline."""
    if not inside or any(part.now.weight is None for part in inside):
        return None
    share = sum(part.now.weight or 0 for part in inside)
    rest = [html.Span(f"Everything else in the {choice.index.noun}"), html.Span(percent(1 - share, 2))]
    return html.Div(
        [html.Div([html.Strong("Together"), html.Strong(percent(share, 2))]), html.Div(rest, className="rest")],
        className="sum",
    )


def _moved(part: Part, choice: Choice) -> list[Component]:
    if choice.compare is None or choice.compare == choice.on:
        return []
    return [html.Small(points(part.change, 2) if part.was else "new")]


def _hint(part: Part) -> str:
    if part.now.how in ("measured", "fund"):
        return ""
    return f"{how_known(part.now.how)}: {part.now.reason or NONE}"


def _outside(view: View, choice: Choice, inside: list[Part]) -> Component:
    """Name the group's companies that are not in the index on the chosen day."""
    group = choice.group
    if group is None or choice.level is Level.LINE:
        return None
    missing = len(concentration.issuers_of(view, group.group, choice.on)) - len(inside)
    if missing <= 0:
        return None
    index = the(choice.index.title)
    return html.P(f"{sentence(str(missing))} of the {len(group.members)} not in {index} that day.", className="fine")
