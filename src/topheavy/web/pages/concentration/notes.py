"""The words under the figures: what is marked in them, and how to read them."""

from dash import html

from topheavy.answers import repairs as answers_repairs
from topheavy.answers.choice import Choice
from topheavy.answers.repairs import ActingRepair
from topheavy.core.text import day, long_day, number
from topheavy.web.frame.page import Component
from topheavy.web.pages.concentration.share_chart import in_words
from topheavy.web.services import View

_TERMS = (
    ("Share", "the market value of the group's companies that are in the index, divided by the index's total."),
    (
        "Weight",
        "in an index, a company's full market value, all share classes, divided by the index's total. Index providers "
        "weigh by free float, so their weights differ a little; a fund's own file shows those.",
    ),
    (
        "Effective number",
        "1 ÷ Σ w². An index whose effective number is 60 is as concentrated as one of 60 companies of equal size.",
    ),
    ("HHI", "Herfindahl-Hirschman index: the sum of squared weights, weights in percent. 10,000 is one company alone."),
    (
        "Coverage",
        "the value measured that day, divided by the value of all members. A member that is not measured is not left "
        "out, which would make every other look larger: its own weight of the nearest day or of a fund's file stands "
        "in, else what such members are typically worth. Below the floor the figures are withheld.",
    ),
    (
        "Band",
        "where not all is measured, what the rest may weigh at least and at most leaves the share a little open: nine "
        "in ten members held out for trial weigh what the band allows.",
    ),
    (
        "Doubtful",
        "a value that no price, split or share count explains. It counts as not measured, and the share of a group "
        "with such a member is withheld until someone has looked.",
    ),
    (
        "Repairs",
        "a value from a source that contradicts itself or its neighbours is corrected with its evidence; "
        "the original is kept, and every repair can be switched off.",
    ),
    ("Funds", "a fund's weights come from its own holdings file, on the date that file speaks of."),
)


def how_to_read() -> Component:
    """Explain the words used on the page."""
    terms = [part for term, meaning in _TERMS for part in (html.Dt(term), html.Dd(meaning))]
    return html.Details([html.Summary("How to read these figures"), html.Dl(terms)], className="card read")


def course_notes(view: View, choice: Choice) -> tuple[Component, str]:
    """Return the notes under the course, and the course in a sentence."""
    if choice.compare is None:
        text = f"{choice.index.title}'s holdings file speaks of one day, {long_day(choice.on)}: there is no course yet."
        return None, f"{text} Collect its file on other days, and the course is drawn here."
    repairs = answers_repairs.acting_repairs(view, choice.index.index)
    return _repairs(repairs) if repairs else None, in_words(view, choice)


def _repairs(repairs: tuple[ActingRepair, ...]) -> Component:
    """List the repairs the course marks: what hovering tells, for those who cannot hover."""
    off = sum(not repair.active for repair in repairs)
    summary = f"◆ {len(repairs)} repairs of members' data act in this period" + (f", {off} switched off" if off else "")
    return html.Details([html.Summary(summary), html.Ul([_repair(item) for item in repairs])], className="repairs")


def _repair(repair: ActingRepair) -> Component:
    after = number(repair.after, 0) if repair.after is not None else "not used"
    values = f"{repair.field} {number(repair.before, 0)} → {after}"
    state = [] if repair.active else [html.Em(" switched off")]
    return html.Li(
        [
            html.Strong(f"{repair.security}, {day(repair.acts_from)}"),
            f" {repair.rule.replace('_', ' ')}: {values}",
            *state,
            html.Div(repair.evidence, className="fine"),
        ]
    )
