"""What a person reads on the terminal, and what a program reads as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.console import Console

from topheavy.core import text
from topheavy.core.log.lines import Form, form_in_use
from topheavy.core.log.logger import logger
from topheavy.terminal.as_json import written
from topheavy.terminal.bars import progress as progress
from topheavy.terminal.tables import Row, Rows, table
from topheavy.terminal.tables import say as say

if TYPE_CHECKING:
    from topheavy.answers.gaps import AllGaps
    from topheavy.answers.status import HomeStatus
    from topheavy.answers.summary import Summary
    from topheavy.jobs.collect.fetch import Collected
    from topheavy.jobs.publish.publish import Published
    from topheavy.jobs.publish.verify import Finding
    from topheavy.jobs.refine.refine import Refined
    from topheavy.jobs.road import Foreseen

SIMULATED = "SIMULATED"


def fail(line: str) -> None:
    """Print one line on standard error; where machines read that, it is an object like all others."""
    if form_in_use() is Form.JSON:
        logger.error("%s", line)
        return
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"topheavy: {line}", markup=False)


def address(url: str) -> None:
    """Say where the page is."""
    say(f"\n  The page: {url}\n  Ctrl-C ends it.\n")


def summary(
    figures: "Summary | None",
    failures: Sequence[str],
    home: Path,
    refines: "Sequence[Refined]" = (),
    *,
    parts: Mapping[str, str] | None = None,
    as_json: bool,
) -> None:
    """Print what the published figures say, and a line on each of ``parts``; JSON also says what was read."""
    if as_json:
        read = [refined_as_json(done) for done in refines]
        say(written({"summary": figures.as_json() if figures else None, "failures": list(failures), "home": str(home),
                   "refined": read, "parts": dict(parts or {})}))  # fmt: skip
        return
    if figures is None:
        say("Published. No index among the tables yet: give a constituents file or a fund's holdings.")
        return
    _banner(figures.world)
    name = figures.group.replace("magnificent7", "Magnificent 7")
    say(f"\n  {figures.index}, {figures.sessions:,} sessions from {figures.since} to {figures.until}")
    if figures.share is None:
        say(f"  The share of the {name} is not stated: {figures.why_no_share}")
    else:
        then = f" ({_percent(figures.share_at_start)} at the start)" if figures.share_at_start is not None else ""
        say(f"  The {name} are {_percent(figures.share)} of it by issuer{then}")
        if band := text.between(figures.share_low, figures.share_high, 2):
            say(f"  It is {band}, by what the members may weigh that are not measured")
    if figures.hhi is not None:
        say(
            f"  HHI {figures.hhi:,.1f}, effective N {figures.effective_n:,.1f} "
            f"(as concentrated as that many equal companies), the ten largest {_percent(figures.top10)}"
        )
    say(f"  Coverage {_percent(figures.coverage)} by weight: "
        f"{figures.measured:,} of {figures.members:,} companies measured"
        f"{f'; {figures.withheld:,} sessions withheld' if figures.withheld else ''}")  # fmt: skip
    kinds = ", ".join(f"{count} {rule.replace('_', ' ')}" for rule, count in figures.repairs.items())
    say(f"  Repairs {sum(figures.repairs.values()):,}{f': {kinds}' if kinds else ''}")
    if failures:
        say(f"  Failures {len(failures):,}, first {failures[0]}")
    for part, line in (parts or {}).items():
        say(f"  {part}: {line}")
    say(f"  Everything is in {home}\n")


def plan(source: str, foreseen: "Foreseen", *, as_json: bool) -> None:
    """Print what a collection would ask for, why, and what that takes."""
    todo, cost = foreseen.plan, foreseen.cost
    routes = Counter((f"{unit.source} {unit.route}", why.value) for unit, why in todo.todo.items())
    if as_json:
        listed = [{"unit": unit.id, "why": why.value} for unit, why in todo.todo.items()]
        fields = {"source": source, "routes": Counter(route for route, _ in routes.elements()), "units": listed,
                "held": todo.held, "not_yet": todo.not_yet, "more_by_company": foreseen.more,
                "calls": cost.calls, "seconds": cost.seconds, "limit": cost.binding}  # fmt: skip
        say(written(fields))
        return
    if routes:
        table([{"route": route, "why": why, "units": count} for (route, why), count in sorted(routes.items())])
    say(f"  {len(todo.todo):,} units to ask for; {todo.held:,} are safely in the lake")
    if todo.not_yet:
        say(f"  {todo.not_yet:,} sessions have not closed yet and are not asked for")
    if foreseen.more:
        say("  units by company come on top: no member of an index is known yet (collect constituents or holdings)")
    if cost.calls:
        limit = f"{text.span(cost.seconds)} at {source}'s limit, {cost.binding}" if cost.binding else "no limit binds"
        say(f"  about {cost.calls:,} calls; {limit}")


def collected(parts: "Iterable[Collected]", unreadable: int, *, as_json: bool) -> None:
    """Print how a collection ended, and how many of its answers could not be read where that was tried."""
    totals: Counter[str] = Counter()
    for part in parts:
        totals.update({outcome.value: count for outcome, count in part.outcomes.items()})
        totals["already held"] += part.held
    if unreadable:
        totals["came but cannot be read"] = unreadable
    say(written(totals) if as_json else "  " + ", ".join(f"{count:,} {name}" for name, count in totals.items()))


def refined(done: "Refined", *, as_json: bool) -> None:
    """Print what a refine wrote, and as JSON what it left out and could not read."""
    if as_json:
        say(written(refined_as_json(done)))
        return
    rows = ", ".join(f"{count:,} {name}" for name, count in done.rows.items() if count)
    say(f"  {done.answers:,} answers read; written: {rows or 'nothing, all was known'}")


def refined_as_json(done: "Refined") -> Row:
    """Return what a refine did as plain values."""
    left_out = {unit: [f"{item.where}: {item.reason}" for item in items] for unit, items in done.left_out.items()}
    contradictions = [{"kept": item.unit, "not_kept": item.other, "rows": item.rows, "difference": item.text}
                      for item in done.contradictions]  # fmt: skip
    return {"answers": done.answers, "rows": done.rows, "left_out": left_out, "notes": done.notes,
            "doubts": done.doubts, "contradictions": contradictions, "unreadable": done.unreadable,
            "given_up": done.given_up}  # fmt: skip


def published(done: "Published", *, as_json: bool) -> None:
    """Print what was published."""
    if as_json:
        say(written({"rows": done.rows, "repairs": done.repairs, "given_up": done.given_up}))
    elif not done.rows:
        say("  nothing new to publish")
    else:
        say("  published: " + ", ".join(f"{count:,} {name}" for name, count in sorted(done.rows.items())))
        for unit, what in sorted(done.given_up.items()):
            say(f"  given up: {unit}: {what}")


def gaps(answer: "AllGaps", world: str, *, as_json: bool) -> None:
    """Print what is missing and why."""
    if as_json:
        say(written({"world": world, **answer}))
        return
    _banner(world)
    counted = (
        f"{len(answer['failed']):,} units failed",
        f"{len(answer['withheld']):,} sessions withheld",
        f"{len(answer['missing']):,} members without a cap for a time",
        f"{len(answer['doubted']):,} doubts open",
    )
    say(f"  {', '.join(counted)}")
    for title in ("failed", "contradictions", "remarks", "withheld", "missing", "doubted"):
        if answer[title]:
            say(f"\n  {title}")
            table(answer[title][:40])
            if len(answer[title]) > 40:
                say(f"  … and {len(answer[title]) - 40:,} more: --json prints all")


def status(state: "HomeStatus", *, as_json: bool) -> None:
    """Print what a home holds."""
    if as_json:
        say(written(state))
        return
    _banner(state["world"])
    say(f"  home {state['home']}, {state['world'] or 'empty'}")
    for collecting in state["collecting"]:
        ended = f"{collecting['ended']:,} of {collecting['asked']:,}, {collecting['failed']:,} failed"
        left = f", {text.span(collecting['seconds_left'])} left" if collecting["seconds_left"] is not None else ""
        say(f"  collecting {collecting['title']}: {ended}{left}")
    for title in ("units", "sessions", "tables", "doubts"):
        if state[title]:
            table(state[title])
    about = state["published"]
    say(f"  published {about['published_at']} by topheavy {about['version']}" if about else "  nothing published yet")


def rows(
    title: str,
    shown: Rows,
    world: str,
    *,
    as_json: bool,
    units: Mapping[str, str] = MappingProxyType({}),
    beside: Row = MappingProxyType({}),
) -> None:
    """Print rows as a table, figures as their columns' ``units`` ask; or as JSON with the world they speak of, and
    what else stands ``beside`` them."""
    if as_json:
        say(written({"metric": title, "world": world, **beside, "rows": shown}))
        return
    _banner(world)
    if shown:
        table(shown, units)
    else:
        say("  no rows")


def told(lines: Iterable[str], world: str) -> None:
    """Print an answer that is already in words, below the world it speaks of."""
    _banner(world)
    for line in lines:
        say(f"  {line}" if line else "")


def say_json(value: object) -> None:
    """Print a value as JSON."""
    say(written(value))


def findings(results: "Iterable[Finding]", *, as_json: bool) -> None:
    """Print what was verified."""
    listed = list(results)
    if as_json:
        say(written([{"what": item.what, "wrong": item.wrong} for item in listed]))
        return
    for item in listed:
        say(f"  {'✗' if item.wrong else '✓'} {item.what}{f': {item.wrong}' if item.wrong else ''}")


def _banner(world: str) -> None:
    if world == "simulated":
        say(f"  {SIMULATED}: this market never was; no figure here is about a real company")


def _percent(value: float | None) -> str:
    return text.percent(value, style=text.TERMINAL)
