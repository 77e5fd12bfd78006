"""Ours: from raw files in the lake to Iceberg tables, repairs, figures, checks and the published warehouse."""

import json
import sys
from pathlib import Path
from time import time


def main(home: Path, out: Path) -> None:
    begun = time()
    from topheavy.core.settings import read_settings
    from topheavy.home import open_home
    from topheavy.jobs.publish.publish import publish
    from topheavy.jobs.refine.refine import refine

    ready = time()
    with open_home(read_settings(home, {}), create=False) as place:
        refine(place)
        publish(place)
    (out / "times.json").write_text(json.dumps({"begun": begun, "ready": ready, "done": time()}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
