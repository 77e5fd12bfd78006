"""The columns of brokers' tables: our word for each, and how they are spelled in six languages."""

import re
from collections.abc import Iterator, Mapping, Sequence

from topheavy.portfolios.printed import plain

Columns = Mapping[str, tuple[str, ...]]
"""Our word → spellings, as ``plain`` leaves them; the preferred one first."""

COLUMNS: Columns = {
    "symbol": ("symbol", "ticker", "tickersymbol", "instrumentsymbol", "slice", "epic", "symbole", "simbolo",
               "kurzel", "tickersymbool", "fund", "security", "holding"),
    "isin": ("isin", "isincode", "instrumentisin", "isinnumber", "codeisin", "productisin"),
    "cusip": ("cusip", "cusipnumber"),
    "identifier": ("symbolcusip", "symbolisin", "symboolisin", "symbolidentifier", "securityid", "identifier",
                   "identifikator", "symboleisin", "wkn/isin", "wknisin", "isinsymbol", "tickerisin"),
    "name": ("description", "name", "investmentname", "product", "produkt", "productname", "securityname",
             "securitydescription", "fundname", "holdingname", "bezeichnung", "wertpapier", "wertpapiername",
             "beschreibung", "libelle", "nom", "naam", "fonds", "titolo", "descrizione", "descripcion", "producto",
             "vardepapper", "instrument", "instrumentname", "investment", "produit", "prodotto"),
    "quantity": ("quantity", "qty", "qtyquantity", "shares", "units", "noofshares", "numberofshares", "ownedquantity",
                 "sharesheld", "aantal", "anzahl", "stuck", "stuckzahl", "quantite", "cantidad", "quantita", "antal",
                 "nominal", "parts", "position", "amountheld"),
    "price": ("lastprice", "price", "shareprice", "closeprice", "closingprice", "closing", "close", "currentprice",
              "markprice", "marketprice", "slotkoers", "koers", "kurs", "schlusskurs", "aktuellerkurs", "cours",
              "prix", "precio", "prezzo", "cloture", "cierre", "nav"),
    "value": ("currentvalue", "marketvalue", "mktvalmarketvalue", "mktval", "mktvalue", "endingvalue", "totalvalue",
              "endingmktvalue", "value", "positionvalue", "marktwert", "kurswert", "wert", "gesamtwert", "waarde",
              "marktwaarde", "valeur", "valorisation", "valor", "valormercado", "valore", "controvalore",
              "marknadsvarde", "varde", "amount", "balance", "marktwertineur"),
    "weight": ("weight", "weight%", "%ofportfolio", "percentofportfolio", "%ofaccount", "%ofacct", "percentofaccount",
               "%ofacct%ofaccount", "percentofnav", "allocation", "allocation%", "percent", "percentage", "%",
               "portfolioweight", "gewicht", "gewichtung", "anteil", "poids", "peso", "vikt", "share"),
    "currency": ("currency", "ccy", "curr", "currencycode", "instrumentcurrency", "currencyprimary", "wahrung",
                 "devise", "valuta", "divisa", "moneda"),
    "account": ("accountnumber", "account", "accountname", "accountid", "konto", "compte", "rekening"),
    "class": ("assetclass", "assettype", "securitytype", "assetcategory", "investmenttype", "instrumenttype",
              "type", "kind"),
}  # fmt: skip

IDENTITY = ("symbol", "isin", "cusip", "identifier", "name")
AMOUNTS = ("quantity", "value", "weight")

_VALUE_IN = re.compile(r"(?:value|wert|waarde|valeur|valor|valore|marktwert|varde)(?:in|en|i)?(?P<currency>[a-z]{3})")
_DATED = re.compile(
    r"date|datum|time|timestamp|zeit|tijd|data(?:operazione|valuta)?$|fecha|settlement|horodatage|tidpunkt"
)
_ACTING = re.compile(
    r"^(?:action|type|typ|way|side|category|event|details|order|orderid|comment|kind)$|transaction|transactie"
    r"|transaktion|buysell|mutatie|mutation|operazione|omschrijving|tipo|buchung|activity|tradetype"
)


def places(cells: Sequence[str], columns: Columns = COLUMNS) -> dict[str, int]:
    """Return where in a heading each of our words stands; a column is taken once."""
    names = [plain(cell) for cell in cells]
    taken: dict[str, int] = {}
    for column, spellings in columns.items():
        found = (names.index(name) for name in spellings if name in names)
        place = next((place for place in found if place not in taken.values()), None)
        if place is not None:
            taken[column] = place
    if "value" not in taken or _VALUE_IN.fullmatch(names[taken["value"]]) is None:
        named = next((place for place, name in enumerate(names) if _VALUE_IN.fullmatch(name)), None)
        if named is not None:
            taken["value"] = named
    return taken


def value_currency(heading: str) -> str:
    """Return the currency a heading of values names, such as ``Value in EUR``; empty where it names none."""
    found = _VALUE_IN.fullmatch(plain(heading))
    return found["currency"].upper() if found else ""


def is_heading(cells: Sequence[str], taken: Mapping[str, int]) -> bool:
    """Say whether a row heads a table of positions: something that names them, and something that measures them."""
    named = any(column in taken for column in IDENTITY)
    measured = any(column in taken for column in AMOUNTS)
    return named and measured and not any(_looks_like_a_number(cell) for cell in cells)


def heads_transactions(cells: Sequence[str]) -> bool:
    """Say whether a row heads a list of transactions: each dated, and each something that was done."""
    names = [plain(cell) for cell in cells if cell.strip()]
    dated, acting = set(_matching(names, _DATED)), set(_matching(names, _ACTING))
    return len(names) >= 4 and bool(dated) and bool(acting) and len(dated | acting) >= 2


def _matching(names: Sequence[str], pattern: re.Pattern[str]) -> Iterator[int]:
    return (place for place, name in enumerate(names) if pattern.search(name))


def _looks_like_a_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[$€£]?\s*-?[\d.,']+\s*%?", cell.strip()))
