"""Goes the road on a disk that is too small, then on one that may not be written; prints what was seen as JSON.

Run in a mount namespace of its own: ``unshare --user --map-root-user --mount python on_a_small_disk.py BASE FOLDER KB``
"""

import json
import os
import subprocess
import sys
from pathlib import Path

PERIOD = ("--since", "2024-11-01", "--until", "2024-12-13")
ROAD = (
    ("collect", "polygon", "securities", "symbols", *PERIOD),
    ("collect", "polygon", "bars", "splits", "dividends", *PERIOD),
    ("refine",),
    ("publish",),
)
FIGURES = ("sql", "SELECT session, security, close FROM bars ORDER BY session, security", "--json")


def topheavy(base: str, home: Path, *words: str) -> dict[str, object]:
    vendors = dict.fromkeys(("TOPHEAVY_POLYGON_URL", "TOPHEAVY_SEC_URL", "TOPHEAVY_SEC_WWW_URL"), base)
    command = [sys.executable, "-c", "from topheavy.cli import main; main()", *words, "--home", str(home)]
    ended = subprocess.run(command, env=os.environ | vendors, capture_output=True, text=True, timeout=120)
    return {"words": words[0], "code": ended.returncode, "out": ended.stdout, "err": ended.stderr}


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
