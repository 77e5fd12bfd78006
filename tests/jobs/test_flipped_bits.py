"""One bit flipped in any file of a home is found by verify, which names the file and what mends it.

``TOPHEAVY_FLIPS`` says how many (default 40; ``make endurance``: 400), drawn by a seed.
"""

import os
import random
from collections import Counter
from pathlib import Path

from support.own_files import place_in, run_files, write
from topheavy.core.errors import TopheavyError
from topheavy.core.files import checksums
from topheavy.jobs.checksums import damaged
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.publish.verify import verify
from topheavy.jobs.refine.refine import refine

FLIPS = int(os.environ.get("TOPHEAVY_FLIPS", "40"))
SEED = 20240613
CLASSES = {
    "data": "tables/**/data/**/*.parquet",
    "metadata": "tables/**/metadata/*.json",
    "manifests": "tables/**/metadata/*.avro",
    "copy": "warehouse.duckdb",
    "checksums": checksums.FILE,
}
"""Class of files → where they lie."""


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        run_files(place, write(tmp_path / "in"))
        home, chance, tried = tmp_path / "home", random.Random(SEED), Counter[str]()
        assert list(damaged(place)) == []
        for number in range(FLIPS):
            kind = list(CLASSES)[number % len(CLASSES)]
            path = chance.choice(sorted(home.glob(CLASSES[kind])))
            bit = chance.randrange(8 * path.stat().st_size)
            flip(path, bit)
            try:
                named = [name for name, _ in damaged(place)]
            except TopheavyError as error:
                named = [str(error)]
            assert len(named) == 1, f"seed {SEED}, flip {number}: bit {bit} of {path}"
            assert str(path.relative_to(home)) in named[0]
            flip(path, bit)
            tried[kind] += 1
        assert list(damaged(place)) == []
    assert set(tried) == set(CLASSES)


def test_verify_names_every_file_and_goes_on(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        run_files(place, write(tmp_path / "in"))
        home = tmp_path / "home"
        bars = next(home.glob("tables/market/bars/**/*.parquet"))
        caps = next(home.glob("tables/market/market_caps/**/*.parquet"))
        harmed = [bars, caps, home / "warehouse.duckdb"]
        for path in harmed:
            flip(path, 8 * path.stat().st_size // 2)
        envelope = sorted((home / "raw").rglob("*.json"))[0]
        envelope.unlink()
        wrong = {finding.what: finding.wrong for finding in verify(place) if finding.wrong}
        for path in harmed:
            assert "topheavy publish" in wrong[f"file {path.relative_to(home)}"]
        assert envelope.name in wrong["lake"]


def test_what_is_made_anew_has_checksums_of_its_own(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        run_files(place, write(tmp_path / "in"))
        bars = next((tmp_path / "home").glob("tables/market/bars/**/*.parquet"))
        flip(bars, 8 * 400)
        assert [name for name, _ in damaged(place)] == [str(bars.relative_to(tmp_path / "home"))]
        refine(place, again=True)
        publish(place)
        assert [finding for finding in verify(place) if finding.wrong] == []
        flip(tmp_path / "home" / "warehouse.duckdb", 8 * 5000)
        assert [name for name, _ in damaged(place)] == ["warehouse.duckdb"]
