"""The registry: versions that are whole or not there, aliases that are remembered, and files that are refused."""

import json
import math
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import onnx
import pytest

from support.registered import CARD, DRIFT, put
from topheavy.core.errors import ForecastError, UsageError
from topheavy.forecast.serving.card import FORMAT, read_card
from topheavy.forecast.serving.registry import Aliases, Registry, name_of


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


def test_a_card_is_read_back_as_it_was() -> None:
    back = read_card(CARD.to_json(), "card")
    assert math.isnan(back.metrics["hit_rate"])
    assert replace(back, metrics={}) == replace(CARD, metrics={})
    assert back.metrics["mase"] == 0.98
    assert json.loads(CARD.to_json())["metrics"] == {"mase": 0.98, "hit_rate": None}


def test_a_newer_card_is_refused_and_so_is_no_card() -> None:
    newer = json.loads(CARD.to_json()) | {"format": FORMAT + 1, "shape": "round"}
    with pytest.raises(ForecastError, match="written by a newer topheavy"):
        read_card(json.dumps(newer), "card")
    for text in ("", "[]", "{}", "null", CARD.to_json().replace('"horizon"', '"horizn"'), '{"format": "1"}'):
        with pytest.raises(ForecastError, match=r"card cannot be read"):
            read_card(text, "card")


def test_a_model_rests_as_two_files_under_its_version(registry: Registry) -> None:
    first, second = put(registry), put(registry, model="naive")
    assert (first.version, second.version) == (1, 2)
    folder = registry.path / "return-1" / "2"
    assert sorted(file.name for file in folder.iterdir()) == ["card.json", "model.onnx"]
    assert onnx.load(folder / "model.onnx") == DRIFT.graph()
    assert (registry.names(), registry.versions("return-1")) == (["return-1"], [1, 2])
    assert registry.card("return-1", 2).model == "naive"
    assert (second.opset, len(second.sha256)) == (18, 64)
    assert name_of("return", 1) == "return-1"


def test_the_first_is_champion_and_the_newest_challenges_until_one_is_promoted(registry: Registry) -> None:
    put(registry)
    assert registry.aliases("return-1") == Aliases(1)
    put(registry)
    put(registry)
    assert registry.aliases("return-1") == Aliases(1, 3)
    assert registry.challenge("return-1", 2) == Aliases(1, 2)
    assert registry.card("return-1", "challenger").version == 2
    assert registry.promote("return-1", "challenger") == Aliases(2, 3, (1,))
    assert registry.promote("return-1", 3) == Aliases(3, None, (1, 2))
    assert registry.card("return-1").version == 3
    assert registry.roll_back("return-1") == Aliases(2, 3, (1,))
    assert registry.roll_back("return-1") == Aliases(1, 3)
    with pytest.raises(UsageError, match="there is none to roll back to"):
        registry.roll_back("return-1")


def test_promoting_the_champion_changes_nothing(registry: Registry) -> None:
    put(registry)
    assert registry.promote("return-1", 1) == Aliases(1)
    with pytest.raises(UsageError, match="is the champion"):
        registry.challenge("return-1", 1)


def test_what_is_not_there_is_named(registry: Registry) -> None:
    with pytest.raises(UsageError, match="no model is registered"):
        registry.card("return-1")
    put(registry)
    with pytest.raises(UsageError, match="did you mean 'return-1'"):
        registry.promote("retrun-1", 1)
    with pytest.raises(UsageError, match="has no version '7': ask for champion, challenger or one of 1"):
        registry.card("return-1", 7)
    with pytest.raises(UsageError, match="has no challenger"):
        registry.card("return-1", "challenger")
    assert [one.name for one in registry.path.iterdir()] == ["return-1"]


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "/etc", "Return", "a b", ".making", "a" * 65, "a\n"])
def test_a_name_that_leads_elsewhere_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(UsageError, match="no model can be called"):
        put(registry, name)
    with pytest.raises(UsageError, match="no model can be called"):
        registry.open(name)


def test_aliases_that_cannot_be_read_or_name_nothing_are_said(registry: Registry) -> None:
    put(registry)
    file = registry.path / "return-1" / "aliases.json"
    file.write_text("{")
    with pytest.raises(ForecastError, match="cannot be read"):
        registry.card("return-1")
    file.write_text('{"champion": 9, "challenger": null, "former": []}')
    with pytest.raises(ForecastError, match="names version 9, which is not there"):
        registry.card("return-1")
    assert registry.card("return-1", 1).version == 1


class Planted:
    """Something that makes a folder where it is unpickled."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.mkdir, (self.at,)


def test_no_pickle_is_loaded_wherever_it_lies(registry: Registry, tmp_path: Path) -> None:
    put(registry)
    sprung, folder = tmp_path / "sprung", registry.path / "return-1" / "1"
    planted = pickle.dumps(Planted(sprung))
    for name in ("model.pkl", "model.pickle", "model.joblib", "model.keras", "model"):
        (folder / name).write_bytes(planted)
    assert registry.open("return-1").card.version == 1
    (folder / "model.onnx").write_bytes(planted)
    with pytest.raises(ForecastError, match="is not the file that was registered"):
        registry.open("return-1")
    whole = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(whole | {"sha256": sha256(planted).hexdigest()}))
    with pytest.raises(ForecastError, match="is no ONNX model"):
        registry.open("return-1")
    assert not sprung.exists()


def test_a_graph_that_was_changed_is_refused_even_where_it_was_open_before(registry: Registry) -> None:
    put(registry)
    registry.open("return-1")
    file = registry.path / "return-1" / "1" / "model.onnx"
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    file.write_bytes(changed)
    with pytest.raises(ForecastError, match="is not the file that was registered"):
        registry.open("return-1")
    file.unlink()
    with pytest.raises(ForecastError, match="cannot be read"):
        registry.open("return-1")


def test_a_graph_of_another_shape_is_refused(registry: Registry) -> None:
    registry.register(replace(CARD, lookback=5), DRIFT.graph())
    with pytest.raises(ForecastError, match="does not take a window of 5 values"):
        registry.open("return-1")


REGISTER = """
import sys
from pathlib import Path
from support.registered import put
from topheavy.forecast.serving.registry import Registry

for _ in range(int(sys.argv[2])):
    print(put(Registry(Path(sys.argv[1]))).version, flush=True)
"""


def started(home: Path, count: int) -> "subprocess.Popen[str]":
    folders = f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})"
    command = [sys.executable, "-c", folders + REGISTER, str(home), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_that_register_at_once_get_versions_of_their_own(registry: Registry, tmp_path: Path) -> None:
    both = [started(tmp_path, 8), started(tmp_path, 8)]
    said = [process.communicate(timeout=60)[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(int(version) for one in said for version in one) == list(range(1, 17))
    assert registry.versions("return-1") == list(range(1, 17))


def test_threads_that_register_at_once_get_versions_of_their_own(registry: Registry) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: put(registry).version, range(12)))
    assert sorted(found) == list(range(1, 13))


@pytest.mark.kill
def test_a_kill_leaves_no_half_version(registry: Registry, tmp_path: Path) -> None:
    process = started(tmp_path, 10_000)
    assert process.stdout is not None
    for _ in range(5):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    kept = registry.versions("return-1")
    assert len(kept) >= 5
    for version in kept:
        assert registry.open("return-1", version).card.version == version
    assert put(registry).version == kept[-1] + 1


def steps(folder: Path) -> Iterator[str]:
    """How far a registering can have come when it dies, as what it left."""
    making = folder / ".making"
    making.mkdir(parents=True)
    yield "a folder"
    (making / "model.onnx").write_bytes(b"half")
    yield "half a graph"
    (making / "card.json").write_text('{"format"')
    yield "half a card"


def test_what_a_dead_process_left_is_no_version_and_is_in_nobodys_way(registry: Registry) -> None:
    for _ in steps(registry.path / "return-1"):
        assert registry.names() == []
    assert put(registry).version == 1
    assert [one.name for one in (registry.path / "return-1").iterdir()] == ["1"]
