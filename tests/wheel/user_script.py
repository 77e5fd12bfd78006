"""What a user's own script may look like: run and type-checked against the installed wheel, away from the sources."""

import sys
from datetime import date
from pathlib import Path

import topheavy
from topheavy.core.errors import TopheavyError
from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home


def newest_session(home: Home) -> date:
    """Return the newest session that the home's concentration figures speak of."""
    newest = home.warehouse.rows("SELECT MAX(session) AS newest FROM concentration")[0]["newest"]
    assert isinstance(newest, date)
    return newest


def main(folder: str) -> int:
    """Print what the home says, or why it says nothing."""
    try:
        with open_home(read_settings(Path(folder), {}), create=False) as home:
            print(f"topheavy {topheavy.__version__}: figures until {newest_session(home)}")
    except TopheavyError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
