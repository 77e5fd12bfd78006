"""How top-heavy is the index? Asked of a home from Python; 'topheavy demo --no-serve' makes one to try it on.

python examples/analyst.py .topheavy-demo
"""

import json
import sys

import topheavy


def heaviest(home: topheavy.OpenHome, day: str, count: int) -> list[str]:
    """Return the largest members of the index on a day, with their parts of it in percent."""
    answer = home.ask("weights", index="SP500", on=day, limit=count)
    return [f"{row['name']} {100 * row['weight']:.1f} %" for row in answer.rows()]


def main(folder: str) -> None:
    """Print what a home says of its newest session."""
    with topheavy.open(folder) as home:
        newest: topheavy.Answer = home.ask("concentration", index="SP500")
        evidence: topheavy.AnswerEvidence = newest.evidence
        row = newest.rows()[0]
        print(f"{row['index']} on {row['session']}, {evidence.world}, coverage {100 * (evidence.coverage or 0):.1f} %")
        print(f"the largest: {', '.join(heaviest(home, str(row['session']), 3))}")

        history = home.ask("concentration", index="SP500", since="2000-01-01").to_polars()
        print(history.select("session", "share", "top10", "effective_n").tail(5))

        largest = home.sql(
            "SELECT session, name, weight FROM weights WHERE level = 'issuer' ORDER BY weight DESC LIMIT 3"
        )
        print(largest.to_polars())

        try:
            home.ask("concentration", index="SP50")
        except topheavy.UsageError as error:
            print(error)
        print(json.dumps({"hhi": row["hhi"], "published": str(evidence.published_at), "all of": newest.total}))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".topheavy-demo")
