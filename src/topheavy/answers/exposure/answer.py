"""The answer put together: what was looked through, in words and figures, with the dates and sources it rests on."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from topheavy.answers.evidence import evidence
from topheavy.answers.exposure.facts import Company, ExposureAnswer, FundUsed, Held, Part, Residual, Unvalued, Via
from topheavy.answers.exposure.figures import NO_SECTOR, figures, groups, overlaps, sector_of, sectors, ways
from topheavy.answers.exposure.funds.books import Book
from topheavy.answers.exposure.look_through import Looked, LookThrough, Stake
from topheavy.answers.exposure.targets import What, target
from topheavy.answers.exposure.valuing import Valuation
from topheavy.answers.published import Published
from topheavy.core.text import company
from topheavy.portfolios.position import Portfolio

MOST_WAYS = 50
"""Of so many of the largest companies it is told which way each is owned."""

ASKED_BY_NAME = frozenset({"ishares", "spdr", "invesco", "ark", "nport"})
"""Sources that bring a fund's holdings when they are given its symbol."""


def compose(
    view: Published,
    through: LookThrough,
    portfolio: Portfolio,
    valuation: Valuation,
    stakes: Sequence[Stake],
    on: date,
    most: int,
) -> ExposureAnswer:
    """Put the answer together."""
    looked = through.look(stakes)
    sector = sector_of(through, looked)
    parts = [share for share, _ in looked.other.values()]
    residuals = tuple(_residuals(looked))
    long, short = _sides(looked, stakes)
    return ExposureAnswer(
        **evidence(view),
        on=on,
        format=portfolio.format,
        currency=valuation.currency,
        whole=None if valuation.parts_only else valuation.whole,
        stated=portfolio.stated,
        positions=tuple(_held(valuation, through)),
        unvalued=tuple(Unvalued(position=item.label, reason=reason) for item, reason in valuation.unvalued),
        companies_share=looked.companies_share,
        companies=tuple(_companies(through, looked, sector, valuation, most)),
        other=tuple(Part(what=name, share=share, lines=lines) for name, (share, lines) in sorted(looked.other.items())),
        not_looked_through=1.0 - looked.companies_share - sum(parts),
        residuals=residuals,
        long=long,
        short=short,
        figures=figures(looked.net),
        groups=groups(view, looked, through, on),
        sectors=sectors(looked, sector),
        funds=tuple(_funds(looked, on)),
        overlaps=overlaps(through, stakes),
        left_out=len(portfolio.left_out),
        notes=tuple(_notes(portfolio, valuation, looked, through)),
    )


def _held(valuation: Valuation, through: LookThrough) -> Iterator[Held]:
    for item in valuation.valued:
        found = target(item.position, through.books, through.register)
        record = through.register.securities.get(found.key)
        name = company(str(record["name"]) if record else item.position.name or None, item.position.label)
        yield Held(
            position=item.position.label,
            name=name,
            share=item.amount / valuation.whole,
            value=None if valuation.parts_only else item.amount,
            currency=valuation.currency,
            how=item.how,
            what=found.key if found.what is What.OTHER else found.what.value,
        )


def _residuals(looked: Looked) -> Iterator[Residual]:
    for item in sorted(looked.rests, key=lambda rest: (-abs(rest.share), rest.what)):
        yield Residual(what=item.what, share=item.share, reason=item.reason, remedy=item.remedy)


def _sides(looked: Looked, stakes: Sequence[Stake]) -> tuple[float, float]:
    """Return all long and all short parts: lines of funds as they are held, and positions themselves."""
    books = looked.books
    flow = looked.reached[books.fund] * books.weight
    flow = flow[books.child < 0]
    direct = [stake.share for stake in stakes if stake.target.what is not What.FUND]
    long = float(flow[flow > 0].sum()) + sum(share for share in direct if share > 0)
    short = float(flow[flow < 0].sum()) + sum(share for share in direct if share < 0)
    return long, short


def _companies(
    through: LookThrough, looked: Looked, sector: Sequence[str], valuation: Valuation, most: int
) -> Iterator[Company]:
    order = np.lexsort((np.arange(len(looked.net)), -looked.net))
    chosen = [int(place) for place in order[:most] if looked.net[place] or looked.short[place]]
    told = ways(through, looked, chosen[:MOST_WAYS])
    faces = _faces(through, looked)
    for rank, place in enumerate(chosen):
        issuer = looked.issuers[place]
        security, name = faces.get(issuer, (issuer, issuer))
        share = float(looked.net[place])
        yield Company(
            issuer=issuer,
            name=company(name, security),
            security=security,
            share=share,
            short=float(looked.short[place]),
            value=None if valuation.parts_only else share * valuation.whole,
            sector=None if sector[place] == NO_SECTOR else sector[place],
            via=tuple(Via(position=label, share=part) for label, part in told[rank]) if rank < len(told) else (),
        )


def _faces(through: LookThrough, looked: Looked) -> dict[str, tuple[str, str]]:
    """Return, by issuer, the share class that weighs most in what is owned, and its name."""
    books = through.books
    lines = through.company_lines
    flow = looked.reached[books.fund[lines]] * books.weight[lines]
    held = np.bincount(books.member[lines], np.abs(flow), minlength=len(books.members))
    faces: dict[str, tuple[str, str]] = {}
    for stake in looked.stakes:
        if stake.target.what is What.COMPANY:
            faces[through.issuer(stake.target.key)] = (stake.target.key, stake.name)
    for place in np.argsort(-held, kind="stable"):
        if not held[place]:
            break
        item = books.members[place]
        faces.setdefault(item.issuer, (item.member, item.name))
    return faces


def _funds(looked: Looked, on: date) -> Iterator[FundUsed]:
    for place in sorted(np.flatnonzero(looked.reached), key=lambda place: -looked.reached[place]):
        book = looked.books.books[looked.books.funds[place]]
        yield FundUsed(
            fund=book.fund,
            share=float(looked.reached[place]),
            as_of=book.as_of,
            age=(on - book.as_of).days,
            source=book.source,
            source_kind=book.source_kind,
            lines=book.lines,
            stated=book.stated,
            covered=book.total,
            basis=book.basis.value,
            refresh=_refresh(book),
        )


def _refresh(book: Book) -> str:
    """Return the command that asks for newer holdings: of its own source, else of any US fund's filing."""
    if book.source_kind == "simulated":
        return ""
    return f"topheavy run {book.source if book.source in ASKED_BY_NAME else 'nport'} {book.fund}"


def _notes(portfolio: Portfolio, valuation: Valuation, looked: Looked, through: LookThrough) -> Iterator[str]:
    yield from portfolio.notes
    if portfolio.stated is not None and valuation.currency == portfolio.currency:
        apart = valuation.whole - portfolio.stated
        if abs(apart) > 0.005 * abs(portfolio.stated):
            yield f"the positions add up to {valuation.whole:,.2f}, the file itself says {portfolio.stated:,.2f}"
    if looked.deepest > 1:
        yield f"funds lie {looked.deepest} deep in each other"
    by_name = sum(item.how == "name" for item in through.books.members)
    if by_name:
        yield f"{by_name} lines of the funds here are joined to their company by its whole name, for want of a number"
