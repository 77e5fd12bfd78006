"""An exposure answer in words: the same sentences on the terminal and on the page."""

from collections.abc import Sequence

from topheavy.answers.exposure.facts import ExposureAnswer, FundUsed, Residual
from topheavy.answers.exposure.history import Moment
from topheavy.answers.exposure.what_if import WhatIfAnswer
from topheavy.core.text import GAP, counted, day, number, percent, points

STALE = 45
"""Days after which a fund's holdings are said to be old: filings come monthly."""


def headline(answer: ExposureAnswer) -> str:
    """Return the answer in one sentence."""
    found = answer.figures
    if found.effective_n is None:
        return "No company is found in it"
    held = counted(found.companies, "company") if found.companies == 1 else f"{found.companies:,} companies"
    return f"It holds {held}, as concentrated as {number(found.effective_n)} equal ones"


def known(answer: ExposureAnswer) -> str:
    """Say how much was followed down to companies, and how much was not."""
    other = sum(item.share for item in answer.other)
    parts = [f"{percent(answer.companies_share)} was followed down to companies"]
    if abs(other) >= 5e-4:
        named = ", ".join(item.what for item in answer.other if abs(item.share) >= 5e-4)
        parts.append(f"{percent(other)} is {named}")
    if abs(answer.not_looked_through) >= 5e-4:
        parts.append(f"{percent(answer.not_looked_through)} is not looked through")
    return ", ".join(parts)


def reason(residual: Residual) -> str:
    """Say what is not looked through and why."""
    return f"{percent(residual.share, 2)} {residual.what}: {residual.reason}"


def freshness(fund: FundUsed) -> str:
    """Say of when a fund's holdings are."""
    old = f", {fund.age:,} days old" if fund.age > STALE else ""
    return f"as of {day(fund.as_of)}{old}"


def coverage(fund: FundUsed) -> str:
    """Say how much of a fund its file's lines make up."""
    if fund.basis == "value":
        return "whole, by market value"
    if fund.basis == "value alone":
        return "by market value; its file prints no weights, so whether it is whole is not known"
    return f"its lines make up {percent(fund.covered, 2)} of it" if fund.basis == "printed" else "no weights, no values"


def told(answer: ExposureAnswer) -> list[str]:
    """Return the answer line by line."""
    lines = [f"{headline(answer)}.", f"{known(answer)}; on {day(answer.on)}."]
    lines += [f"{group.title}: {percent(group.share, 2)} ({group.members} of {group.of})" for group in answer.groups]
    if answer.short < -5e-4 or answer.long > 1.0005:
        lines.append(f"Long {percent(answer.long)}, short {percent(answer.short)} of the whole.")
    lines += ["", "The largest companies"]
    for item in answer.companies:
        via = ", ".join(f"{way.position} {percent(way.share, 2)}" for way in item.via[:4])
        short = f" (short {percent(item.short, 2)})" if item.short else ""
        lines.append(f"  {percent(item.share, 2):>9}  {item.security:<8} {item.name}{short}  · {via}")
    lines += ["", "Funds"]
    lines += [
        f"  {percent(fund.share, 2):>9}  {fund.fund:<8} {freshness(fund)}; {coverage(fund)}" for fund in answer.funds
    ]
    lines += [f"  {item.a} and {item.b} overlap by {percent(item.overlap)}, {item.companies} companies"
              for item in answer.overlaps]  # fmt: skip
    lines += _unknown(answer)
    return lines


def _unknown(answer: ExposureAnswer) -> list[str]:
    lines: list[str] = []
    if answer.residuals:
        lines += ["", "Not looked through"]
        lines += [f"  {reason(item)}{f' → {item.remedy}' if item.remedy else ''}" for item in answer.residuals]
    if answer.unvalued:
        lines += ["", "In no sum, since it cannot be valued"]
        lines += [f"  {item.position}: {item.reason}" for item in answer.unvalued]
    if answer.left_out:
        lines.append(f"{counted(answer.left_out, 'line')} of the file are no positions")
    return lines + [f"Note: {note}." for note in answer.notes]


def told_what_if(found: WhatIfAnswer) -> list[str]:
    """Return before and after, line by line."""
    before, after = found.before, found.after
    lines = [f"If you {found.change}:"]
    lines.append(f"  equal companies  {number(before.figures.effective_n)} → {number(after.figures.effective_n)}")
    lines.append(f"  ten largest      {percent(before.figures.top10)} → {percent(after.figures.top10)}")
    then = {group.group: group.share for group in before.groups}
    lines += [
        f"  {group.title}{GAP} {percent(then.get(group.group))} → {percent(group.share)}" for group in after.groups
    ]
    for item in found.moved:
        moved = points(item.after - item.before, 2)
        lines.append(f"  {item.name}: {percent(item.before, 2)} → {percent(item.after, 2)} ({moved})")
    return [*lines, "", "As it is now", *told(before)]


def told_history(moments: Sequence[Moment]) -> list[str]:
    """Return the course over time, a line a date."""
    lines = ["", "Through time, with today's parts"]
    for item in moments:
        named = ", ".join(f"{group.title} {percent(group.share)}" for group in item.groups)
        lines.append(
            f"  {item.on}  {number(item.figures.effective_n)} equal companies, {named}  ({', '.join(item.changed)})"
        )
    return lines
