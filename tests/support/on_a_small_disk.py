"""Goes the road on a disk that is too small, then on one that may not be written; prints what was seen as JSON.

Run in a mount namespace of its own: ``unshare --user --map-root-user --mount python on_a_small_disk.py BASE FOLDER KB``
"""

import json
import os
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile

from topheavy.cli import main as command_line
from topheavy.core.calendar import last_closed

for library in ("duckdb", "polars", "pyiceberg.catalog.sql", "pyiceberg.io.pyarrow"):  # else every child loads them
    import_module(library)
for room in ("jobs.road", "jobs.publish.verify", "answers.status"):
    import_module(f"topheavy.{room}")
last_closed(datetime.now(UTC))  # and opens the calendar

PERIOD = ("--since", "2024-11-01", "--until", "2024-12-13")
ROAD = (
    ("collect", "polygon", "securities", "symbols", *PERIOD),
    ("collect", "polygon", "bars", "splits", "dividends", *PERIOD),
    ("refine",),
    ("publish",),
)
FIGURES = ("sql", "SELECT session, security, close FROM bars ORDER BY session, security", "--json")


def topheavy(base: str, home: Path, *words: str) -> dict[str, object]:
    """Run one command in a child of its own, and return what it printed and how it ended."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        pid = os.fork()
        if not pid:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.environ.update(dict.fromkeys(("TOPHEAVY_POLYGON_URL", "TOPHEAVY_SEC_URL", "TOPHEAVY_SEC_WWW_URL"), base))
            sys.argv = ["topheavy", *words, "--home", str(home)]
            os._exit(ended())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        err.seek(0)
        return {"words": words[0], "code": code, "out": out.read(), "err": err.read()}


def ended() -> int:
    """Run the command line as a process of its own would, and return the status it would have ended with."""
    code = 0
    try:
        command_line()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - a process would print this and end with 1
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def road(base: str, home: Path) -> list[dict[str, object]]:
    """Go the road until something fails."""
    seen = []
    for words in ROAD:
        seen.append(topheavy(base, home, *words))
        if seen[-1]["code"]:
            break
    return seen


def mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def main(base: str, folder: Path, kilobytes: str) -> None:
    home = folder / "home"
    mount(folder, f"size={kilobytes}k")
    seen = {"too small": road(base, home), "status": topheavy(base, home, "status", "--json")}
    mount(folder, "remount,size=512m")
    seen |= {"large enough": road(base, home), "figures": topheavy(base, home, *FIGURES)}
    seen["verified"] = topheavy(base, home, "verify")
    mount(folder, "remount,ro")
    seen["read-only"] = [topheavy(base, home, *words) for words in (*ROAD[-3:], FIGURES, ("status",))]
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
