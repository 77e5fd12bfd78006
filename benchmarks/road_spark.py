"""Theirs: the same tables by local PySpark, the engine of the original pipeline, from the same raw files.

Reads the raw Parquet and CSV files, brings names, splits and repairs to bear, and writes bars as traded, market caps,
weights, concentration and group shares as Parquet, partitioned by month. The questions are the project's own SQL
files, which keep to what DuckDB and Spark share: Spark is told to read ``"index"`` as a name and VARCHAR as STRING.
"""

import json
import re
import sys
from datetime import date
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from topheavy.metrics.questions import in_order

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

KNOWN = Path(__file__).resolve().parent.parent / "src" / "topheavy" / "sources" / "known"
QUOTED_ON, LONG_AGO = date(2024, 12, 18), date(1900, 1, 1)
WRITTEN = ("bars_as_traded", "market_caps", "weights", "concentration", "group_share")
_CTE = re.compile(r"^(?:WITH )?(\w+) AS \(\n(.*?)\n\),?\n", re.MULTILINE | re.DOTALL)
SMALL = {"split_factors", "shares_in_use", "fund_lines"}
"""Steps too small to be worth keeping in memory."""

CONFIGURATION = {
    "spark.master": "local[2]",
    "spark.driver.memory": "4g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def start(scratch: Path) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("road").config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
    for name, value in (CONFIGURATION | {"spark.local.dir": str(scratch / "local")}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


class Reader:
    """The raw files as frames, each row with the security its symbol means."""

    def __init__(self, spark: "SparkSession", market: Path, found: Path) -> None:
        self.spark, self.market, self.found = spark, market, found
        self.periods = self.csv(KNOWN / "symbols.csv").selectExpr(
            "symbol", "security AS named", "CAST(since AS DATE) AS bears_from",
            "COALESCE(CAST(until AS DATE), DATE '9999-12-31') AS bears_to",
        )  # fmt: skip

    def csv(self, path: Path) -> "DataFrame":
        return self.spark.read.csv(str(path), header=True, escape='"')

    def named(self, rows: "DataFrame", first: "Column", after: "Column") -> "DataFrame":
        """Add ``security``: of the bearers of the symbol nearest to the period, the latest; else the symbol."""
        from pyspark.sql import Window
        from pyspark.sql import functions as F  # noqa: N812

        spelt = rows.withColumn("symbol", F.regexp_replace("symbol", r"^([A-Z]{1,5})[ ./-]([A-Z])$", "$1.$2"))
        asked = spelt.withColumns({"first": first, "after": after})
        apart = F.greatest(
            F.datediff("bears_from", "after") + 1, F.datediff(F.col("first"), F.col("bears_to")), F.lit(0)
        )
        nearest = Window.partitionBy("symbol", "first", "after").orderBy(apart, F.col("bears_from").desc())
        answers = (
            asked.select("symbol", "first", "after")
            .distinct()
            .join(F.broadcast(self.periods), "symbol")
            .withColumn("place", F.row_number().over(nearest))
            .where("place = 1")
            .select("symbol", "first", "after", "named")
        )
        joined = asked.join(F.broadcast(answers), ["symbol", "first", "after"], "left")
        return joined.withColumn("security", F.coalesce("named", "symbol")).drop("first", "after", "named")

    def named_on(self, rows: "DataFrame", day: "Column") -> "DataFrame":
        from pyspark.sql import functions as F  # noqa: N812

        return self.named(rows, day, F.date_add(day, 1))

    def bars(self) -> "DataFrame":
        from pyspark.sql import functions as F  # noqa: N812

        read = self.spark.read.parquet(str(self.market / "bars_2020-11-30_2023-12-29.parquet"))
        rows = read.selectExpr(
            "CAST(date AS DATE) AS session", "ticker AS symbol", "open", "high", "low", "close",
            "CAST(volume AS DOUBLE) AS volume", "CAST(NULL AS DOUBLE) AS vwap", f"DATE '{QUOTED_ON}' AS basis",
            "CAST(NULL AS DATE) AS dividend_basis", "'files' AS source",
        )  # fmt: skip
        return self.named_on(rows, F.lit(QUOTED_ON))

    def shares(self) -> "DataFrame":
        from pyspark.sql import functions as F  # noqa: N812

        lists = [("shares_outstanding.csv", "shares", "class"), ("issuer_shares.csv", "shares_all_classes", "issuer")]
        frames = [
            self.csv(self.market / name).selectExpr(
                "ticker AS symbol", "CAST(date AS DATE) AS effective", "CAST(date AS DATE) AS known",
                f"CAST({column} AS DOUBLE) AS count", f"'{covers}' AS covers", f"DATE '{QUOTED_ON}' AS basis",
                "'files' AS source", "CAST(NULL AS STRING) AS evidence",
            )
            for name, column, covers in lists
        ]  # fmt: skip
        return self.named_on(frames[0].union(frames[1]), F.lit(QUOTED_ON))

    def splits(self) -> "DataFrame":
        """The list, and over it the facts; new for old is a quotient of small integers, else it is a spin-off."""
        from pyspark.sql import functions as F  # noqa: N812

        small = "exists(sequence(1, 20), q -> ABS(ratio * q - ROUND(ratio * q)) < 1e-6 * q)"
        listed = self.csv(self.market / "splits.csv").selectExpr(
            "ticker AS symbol", "CAST(ex_date AS DATE) AS effective", "CAST(ratio AS DOUBLE) AS ratio"
        )
        kinds = listed.selectExpr(
            "*", f"IF({small} OR ABS(1 / ratio - ROUND(1 / ratio)) < 1e-4, 'split', 'spin_off') AS kind", "0 AS rank"
        )
        facts = self.csv(KNOWN / "splits.csv").selectExpr(
            "symbol", "CAST(effective AS DATE) AS effective", "CAST(ratio AS DOUBLE) AS ratio", "kind", "1 AS rank"
        )
        both = self.named_on(kinds.union(facts), F.col("effective"))
        return (
            both.groupBy("security", "effective")
            .agg(F.max_by("ratio", "rank").alias("ratio"), F.max_by("kind", "rank").alias("kind"))
            .selectExpr("*", "'files' AS source", "CAST(NULL AS STRING) AS evidence")
        )

    def constituents(self) -> "DataFrame":
        from pyspark.sql import functions as F  # noqa: N812

        rows = self.csv(self.market / "constituents" / "sp500_ticker_start_end.csv").selectExpr(
            "ticker AS symbol", "CAST(start_date AS DATE) AS since", "CAST(end_date AS DATE) AS until",
            "'SP500' AS \"index\"",
        )  # fmt: skip
        return self.named(rows, F.col("since"), F.coalesce("until", F.lit(date.max)))

    def groups(self) -> "DataFrame":
        from pyspark.sql import functions as F  # noqa: N812

        rows = self.csv(KNOWN / "groups.csv").selectExpr(
            '"group"', "symbol", "CAST(NULL AS DATE) AS since", "CAST(NULL AS DATE) AS until"
        )
        return self.named(rows, F.lit(LONG_AGO), F.lit(date.max))

    def corrections(self) -> "DataFrame":
        return self.csv(self.found / "repairs.csv").selectExpr(
            "id", "dataset", "security", "CAST(effective AS DATE) AS effective", "covers", "source", "field",
            "CAST(before AS DOUBLE) AS before", "CAST(after AS DOUBLE) AS after", "evidence",
            "CAST(active AS BOOLEAN) AS active",
        )  # fmt: skip

    def doubts(self) -> "DataFrame":
        return self.csv(self.found / "doubts.csv").selectExpr(
            "security", "CAST(since AS DATE) AS since", "CAST(until AS DATE) AS until", "evidence",
            "CAST(acts AS BOOLEAN) AS acts",
        )  # fmt: skip

    def all(self) -> "dict[str, DataFrame]":
        """Every input of the questions; of funds and failed units there are none here."""
        bars = self.bars()
        return {
            "bars": bars,
            "shares": self.shares(),
            "splits": self.splits(),
            "constituents": self.constituents(),
            "groups": self.groups(),
            "securities": self.csv(KNOWN / "securities.csv"),
            "repairs": self.corrections(),
            "doubts": self.doubts(),
            "sessions": bars.select("session").distinct(),
            "coverage_floor": self.spark.sql("SELECT CAST(0.8 AS DOUBLE) AS floor"),
            "runs": self.spark.createDataFrame([], "session STRING, outcome STRING, cause STRING"),
            "holdings": self.spark.createDataFrame(
                [],
                "as_of DATE, fund STRING, line BIGINT, security STRING, cusip STRING, name STRING, "
                "asset_class STRING, quantity DOUBLE, value DOUBLE, weight DOUBLE",
            ),
        }


def answer(spark: "SparkSession", inputs: "dict[str, DataFrame]", out: Path) -> None:
    """Answer the questions in order, compute what is used again once, write the tables."""
    for name, frame in inputs.items():
        frame.cache().createOrReplaceTempView(name)
    for item in in_order(list(WRITTEN)):
        frame = _answer(spark, item.sql.replace("AS VARCHAR", "AS STRING").replace("DATE_DIFF('day',", "DATEDIFF(DAY,"))
        kept = frame if item.name in SMALL else frame.localCheckpoint()
        kept.createOrReplaceTempView(item.name)
        if item.name in WRITTEN:
            write(kept, out / item.name)


def _answer(spark: "SparkSession", sql: str) -> "DataFrame":
    """Answer one question; Spark would compute each of its CTEs at every use, so those used again are kept."""
    ctes = _CTE.findall(sql)
    for name, body in ctes:
        frame = spark.sql(body)
        uses = len(re.findall(rf"\b(?:FROM|JOIN) {name}\b", sql))
        (frame.localCheckpoint() if uses > 1 else frame).createOrReplaceTempView(name)
    return spark.sql(_CTE.sub("", sql) if ctes else sql)


def write(frame: "DataFrame", path: Path) -> None:
    from pyspark.sql import functions as F  # noqa: N812

    by_month = frame.withColumn("month", F.date_format("session", "yyyy-MM"))
    by_month.repartition("month").write.partitionBy("month").parquet(str(path))


def main(market: Path, found: Path, out: Path) -> None:
    begun = time()
    spark = start(out / "scratch")
    ready = time()
    answer(spark, Reader(spark, market, found).all(), out)
    done = time()
    (out / "times.json").write_text(json.dumps({"begun": begun, "ready": ready, "done": done}))
    spark.stop()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
