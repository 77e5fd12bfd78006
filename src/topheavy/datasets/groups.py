"""Groups: named sets of securities people ask about, with the dates they are meant for."""

from topheavy.datasets.schema import DAY, TEXT, Column, Dataset

DATASET = Dataset(
    name="groups",
    grain="a member of a named group",
    columns=(
        Column("group", TEXT, "the group's name, for example magnificent7"),
        Column("security", TEXT, "the member, by its latest symbol (any one of its share classes)"),
        Column("symbol", TEXT, "the member's symbol as given, house spelling"),
        Column("since", DAY, "first session as a member", optional=True),
        Column("until", DAY, "first session no longer a member", optional=True),
        Column("evidence", TEXT, "where the fact comes from", optional=True),
    ),
    key=("group", "security"),
    security_by="since",
    security_until="until",
)
