"""Ours: from raw files in the lake to Iceberg tables, repairs, figures, checks and the published warehouse."""

import json
import sys
from pathlib import Path
from time import time


def main(home: Path, out: Path) -> None:
    begun = time()
    from topheavy.core.settings import read_settings
    from topheavy.jobs.publish import publish
    from topheavy.jobs.refine import refine
    from topheavy.jobs.workplace import workplace

    ready = time()
    with workplace(read_settings(home, {}), create=False) as place:
        refine(place)
        publish(place)
    (out / "times.json").write_text(json.dumps({"begun": begun, "ready": ready, "done": time()}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
