"""Figures and their edition come from one and the same publication, however fast new ones are published."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from support.own_files import place_in, run_files, write
from topheavy.answers.published import MOST_TRIES, Kept, of_one_edition
from topheavy.core.errors import WarehouseError
from topheavy.web.api.figures import add_api
from topheavy.web.services import View

HHI = {"A": 100.0, "B": 200.0}
"""Each edition's figure."""


@pytest.fixture
def editions(tmp_path: Path) -> Path:
    """A home, and two copies of its warehouse in which edition and figures tell of each other."""
    with place_in(tmp_path) as place:
        assert run_files(place, write(tmp_path / "in")).failures == []
    for name, hhi in HHI.items():
        copy = tmp_path / f"{name}.duckdb"
        shutil.copy(tmp_path / "home" / "warehouse.duckdb", copy)
        with duckdb.connect(copy) as session:
            session.execute("UPDATE published SET value = $1 WHERE name = 'fingerprint'", [name])
            session.execute("UPDATE concentration SET hhi = $1", [hhi])
            session.execute("CHECKPOINT")
    return tmp_path


@contextmanager
def swapping(folder: Path, pause: float) -> Iterator[list[str]]:
    """Publish the two in turn, as a publication does: by rename."""
    over, swapped = threading.Event(), list[str]()

    def swap() -> None:
        while not over.is_set():
            name = "AB"[len(swapped) % 2]
            beside = folder / "home" / "beside.duckdb"
            shutil.copy(folder / f"{name}.duckdb", beside)
            beside.replace(folder / "home" / "warehouse.duckdb")
            swapped.append(name)
            over.wait(pause)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield swapped
    finally:
        over.set()
        thread.join()


@pytest.mark.slow
def test_no_answer_mixes_two_editions(editions: Path) -> None:
    server = FastAPI()
    add_api(server, View(editions / "home"))
    seen = set()
    with TestClient(server) as client, swapping(editions, 0.15) as swapped:
        while len(swapped) < 60:
            answer = client.get("/api/concentration").json()
            seen.add((answer["fingerprint"], *{day["hhi"] for day in answer["days"]}))
    assert seen == set(HHI.items())


def test_an_answer_that_another_edition_came_into_is_made_again() -> None:
    editions = iter([1, 2, 2, 2])
    made = iter(["half of it", "whole"])
    assert of_one_edition(lambda: next(editions), lambda: next(made)) == "whole"


def test_what_was_made_of_two_editions_is_not_kept() -> None:
    current = [1]
    kept = Kept(lambda: current[0])

    def overtaken() -> str:
        first = kept.remember("part", lambda: f"part of {current[0]}")
        current[0] = 2
        return f"{first} and {current[0]}"

    assert kept.remember("whole", overtaken) == "part of 2 and 2"


def test_editions_without_end_are_an_error_in_words() -> None:
    count = iter(range(10 * MOST_TRIES))
    with pytest.raises(WarehouseError, match="published faster than they can be read"):
        of_one_edition(lambda: next(count), lambda: "never whole")
