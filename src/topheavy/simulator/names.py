"""Names that belong to nobody: fictional companies, their symbols and industries.

Every symbol has a Q in its third place, as no well-known company's has, so that a simulated row is known at
a glance and never mistaken for a real one.
"""

from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase

import numpy as np


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry: the word a company's name ends in, and the SEC's code and description of it."""

    word: str
    sic: str
    description: str


INDUSTRIES = (
    Industry("Software", "7372", "SERVICES-PREPACKAGED SOFTWARE"),
    Industry("Semiconductors", "3674", "SEMICONDUCTORS & RELATED DEVICES"),
    Industry("Devices", "3571", "ELECTRONIC COMPUTERS"),
    Industry("Therapeutics", "2834", "PHARMACEUTICAL PREPARATIONS"),
    Industry("Surgical", "3841", "SURGICAL & MEDICAL INSTRUMENTS & APPARATUS"),
    Industry("Bancorp", "6021", "NATIONAL COMMERCIAL BANKS"),
    Industry("Assurance", "6331", "FIRE, MARINE & CASUALTY INSURANCE"),
    Industry("Petroleum", "1311", "CRUDE PETROLEUM & NATURAL GAS"),
    Industry("Electric", "4911", "ELECTRIC SERVICES"),
    Industry("Properties", "6798", "REAL ESTATE INVESTMENT TRUSTS"),
    Industry("Stores", "5331", "RETAIL-VARIETY STORES"),
    Industry("Foods", "2000", "FOOD AND KINDRED PRODUCTS"),
    Industry("Aerospace", "3721", "AIRCRAFT"),
    Industry("Chemicals", "2860", "INDUSTRIAL ORGANIC CHEMICALS"),
    Industry("Wireless", "4812", "RADIOTELEPHONE COMMUNICATIONS"),
    Industry("Motors", "3711", "MOTOR VEHICLES & PASSENGER CAR BODIES"),
)

COMMERCE = Industry("Commerce", "5961", "RETAIL-CATALOG & MAIL-ORDER HOUSES")
SEARCH = Industry("Search", "7370", "SERVICES-COMPUTER PROGRAMMING, DATA PROCESSING, ETC.")

GIANTS = (
    ("Orchadia Devices Inc.", "ORQD", INDUSTRIES[2]),
    ("Windermoor Software Corp.", "WIQS", INDUSTRIES[0]),
    ("Vidralis Semiconductors Corp.", "VIQL", INDUSTRIES[1]),
    ("Riverlune Commerce Inc.", "RIQC", COMMERCE),
    ("Lexandor Search Inc.", "LEQS", SEARCH),
    ("Visagora Circles Inc.", "VAQN", SEARCH),
    ("Coilwright Motors Inc.", "COQW", INDUSTRIES[15]),
)
"""The simulated Magnificent 7: name, symbol (the main class, at the end), industry."""

# fmt: off
_FIRST = (
    "Al", "Bar", "Cor", "Dor", "El", "Far", "Gar", "Hal", "Il", "Jor", "Kel", "Lor", "Mar",
    "Nor", "Or", "Pel", "Quor", "Ral", "Sel", "Tor", "Ul", "Var", "Wel", "Xan", "Yor", "Zel",
)
# fmt: on
_MIDDLE = ("va", "be", "ni", "do", "ri", "mo", "lu", "ga", "the", "sto")
_LAST = ("ran", "dell", "mund", "wick", "stead", "lis", "dor", "quist", "vale", "nix")
_FORMS = ("Inc.", "Corp.", "Inc.", "plc")


def stems(count: int, rng: np.random.Generator) -> list[str]:
    """Return ``count`` different invented words."""
    words = ["".join(parts) for parts in product(_FIRST, _MIDDLE, _LAST)]
    return [words[i] for i in rng.permutation(len(words))[:count]]


def full_name(stem: str, industry: Industry, number: int) -> str:
    """Return a company's full name."""
    return f"{stem} {industry.word} {_FORMS[number % len(_FORMS)]}"


def new_symbol(name: str, taken: set[str]) -> str:
    """Return a free symbol made of the name's letters, and take it.

    >>> new_symbol("Varnidell", set()), new_symbol("Varnidell", {"VAQL"})
    ('VAQL', 'VAQE')
    """
    letters = [c for c in name.upper() if c in ascii_uppercase]
    seconds, lasts = letters[1:] + list(ascii_uppercase), letters[:0:-1] + list(ascii_uppercase)
    free = (s for b, d in product(seconds, lasts) if (s := f"{letters[0]}{b}Q{d}") not in taken)
    symbol = next(free)
    taken.add(symbol)
    return symbol
