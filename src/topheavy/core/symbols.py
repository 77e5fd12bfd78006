"""Spelling of symbols: one house form for the many ways vendors print a share class."""

import re

_CLASS = re.compile(r"^([A-Z]{1,5})[ ./-]([A-Z])$")
_RUN_TOGETHER = {"BRKA": "BRK.A", "BRKB": "BRK.B", "BFA": "BF.A", "BFB": "BF.B", "LENB": "LEN.B"}
"""Share classes that fund issuers print without any separator (seen in IVV and SPY files)."""


def normal(symbol: str) -> str:
    """Return the house spelling: upper case, no padding, a dot before the class letter.

    >>> normal(" brk-b "), normal("BRKB"), normal("BF/B"), normal("AAPL")
    ('BRK.B', 'BRK.B', 'BF.B', 'AAPL')
    """
    plain = symbol.strip().upper()
    plain = _RUN_TOGETHER.get(plain, plain)
    return _CLASS.sub(r"\1.\2", plain)


_PREFERRED = re.compile(r"^[A-Z]{1,5}[ ./-]P(R?[A-Z])?$")


def is_preferred(symbol: str) -> bool:
    """Say whether a symbol is spelled as a preferred share's is.

    >>> [is_preferred(symbol) for symbol in ("JPM-PC", "BNKX.PRC", "ABC-P", "BRK.B", "PG")]
    [True, True, True, False, False]
    """
    return bool(_PREFERRED.match(symbol.strip().upper()))


_VENUES = frozenset({"L", "F", "T"})
"""London, Frankfurt, Tokyo: behind a dot these are exchanges in Yahoo's spelling, and no letters of classes."""


def dashed(symbol: str) -> str:
    """Return the spelling Yahoo uses: a dash before the class letter, a dot before an exchange.

    >>> dashed("BRK.B"), dashed("LLDN.L"), dashed("MC.PA")
    ('BRK-B', 'LLDN.L', 'MC.PA')
    """
    plain = normal(symbol)
    return _CLASS.sub(lambda found: found[0] if found[2] in _VENUES else f"{found[1]}-{found[2]}", plain)
