"""Holdings: a fund's line as printed in its own file, and the security it means."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, WHOLE, Column, Dataset

DATASET = Dataset(
    name="holdings",
    grain="a line of a fund's holdings file",
    columns=(
        Column("fund", TEXT, "the fund's symbol"),
        Column("as_of", DAY, "the date the file says it speaks of"),
        Column("line", WHOLE, "the line's number among the file's holdings, from 1"),
        Column("security", TEXT, "the security meant; empty for cash, futures and the unknown", optional=True),
        Column("symbol", TEXT, "symbol as printed, house spelling; empty where none is", optional=True),
        Column("name", TEXT, "name as printed", optional=True),
        Column("isin", TEXT, "ISIN as printed", optional=True),
        Column("cusip", TEXT, "CUSIP as printed, 8 or 9 characters", optional=True),
        Column("asset_class", TEXT, "equity, fund, bond, loan, cash, future, forward, option, swap or other"),
        Column("sector", TEXT, "sector as printed", optional=True),
        Column("currency", TEXT, "ISO code", optional=True),
        Column("weight", NUMBER, "weight as printed, signed", "fraction of the fund", optional=True),
        Column("quantity", NUMBER, "shares or par held, signed", "shares", optional=True),
        Column("price", NUMBER, "price as printed", "currency", optional=True),
        Column("value", NUMBER, "market value as printed, signed", "currency", optional=True),
    ),
    key=("fund", "as_of", "line"),
    security_by="as_of",
    security_if="asset_class = 'equity' OR asset_class = 'fund'",
)
