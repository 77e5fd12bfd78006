"""``python -m topheavy.simulator``: serve a simulated market until interrupted."""

import argparse
import sys
from datetime import date

from topheavy.core.errors import TopheavyError, one_line
from topheavy.simulator.api.server import WITH_PARENT, serve
from topheavy.simulator.market import MarketOptions


def main() -> None:
    """Read the options and serve; ends with one line on standard error when they cannot be acted on."""
    usual, read = MarketOptions(), argparse.ArgumentParser(prog="topheavy.simulator", description=__doc__)
    read.add_argument("--seed", type=int, default=usual.seed, help="the same seed makes the same market")
    read.add_argument("--since", type=date.fromisoformat, default=usual.since, help="first day")
    read.add_argument("--until", type=date.fromisoformat, default=usual.until, help="last day")
    read.add_argument("--companies", type=int, default=usual.companies, help="issuers in the index")
    read.add_argument("--faults", default="", help="a script of faults to play, or a TOML file of rules")
    read.add_argument("--port", type=int, default=0, help="0 takes any free one")
    read.add_argument(WITH_PARENT, action="store_true", help="end when standard input closes")
    arguments = read.parse_args()
    try:
        options = MarketOptions(arguments.seed, arguments.since, arguments.until, arguments.companies)
        serve(options, arguments.port, faults=arguments.faults, with_parent=arguments.with_parent)
    except TopheavyError as error:
        sys.exit(one_line(error))


if __name__ == "__main__":
    main()
