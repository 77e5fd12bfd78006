"""Securities: a share class and the issuer behind it."""

from topheavy.datasets.schema import TEXT, Column, Dataset

DATASET = Dataset(
    name="securities",
    grain="a share class",
    columns=(
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("issuer", TEXT, "the company: its CIK (SEC, ten digits) where known, else its main symbol"),
        Column("name", TEXT, "name of the company"),
        Column("sector", TEXT, "sector as the source says", optional=True),
        Column("currency", TEXT, "ISO code", optional=True),
        Column("description", TEXT, "what the company does", optional=True),
    ),
    key=("security",),
)
