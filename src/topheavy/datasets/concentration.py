"""Concentration: how top-heavy an index is on a session, by issuer and by line, with its coverage."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, WHOLE, Column, Dataset, Layer

DATASET = Dataset(
    name="concentration",
    grain="an index on a session, at a level",
    columns=(
        Column("session", DAY, "trading day, or a fund file's as-of date"),
        Column("index", TEXT, "the index, or the fund"),
        Column("level", TEXT, "issuer or line"),
        Column("status", TEXT, "ok, or withheld"),
        Column("reason", TEXT, "why the figures are withheld", optional=True),
        Column("members", WHOLE, "members of the index that day", "members"),
        Column("measured", WHOLE, "members whose value is measured: explained and not stood in for", "members"),
        Column(
            "coverage",
            NUMBER,
            "coverage by weight: the measured part of the total; of a fund: what its file's printed weights add up to",
            "1",
        ),
        Column("measured_total", NUMBER, "sum over measured members", "currency", optional=True),
        Column("total", NUMBER, "sum over all members, stand-ins included", "currency", optional=True),
        Column("total_low", NUMBER, "the total at least, by what may be missing", "currency", optional=True),
        Column("total_high", NUMBER, "the total at most", "currency", optional=True),
        Column("top1", NUMBER, "share of the largest member", "1", optional=True),
        Column("top5", NUMBER, "share of the five largest", "1", optional=True),
        Column("top10", NUMBER, "share of the ten largest", "1", optional=True),
        Column("top10_low", NUMBER, "that share at least, by what may be missing", "1", optional=True),
        Column("top10_high", NUMBER, "that share at most", "1", optional=True),
        Column("hhi", NUMBER, "Herfindahl-Hirschman index: Σ w², w in %", "0 to 10,000", optional=True),
        Column("hhi_low", NUMBER, "that index at least, by what may be missing", "0 to 10,000", optional=True),
        Column("hhi_high", NUMBER, "that index at most", "0 to 10,000", optional=True),
        Column("effective_n", NUMBER, "1 / Σ w²", "members", optional=True),
        Column("entropy_n", NUMBER, "exp(−Σ w ln w)", "members", optional=True),
        Column("gini", NUMBER, "Gini coefficient of the weights", "0 to 1", optional=True),
    ),
    key=("session", "index", "level"),
    layer=Layer.DERIVED,
)
