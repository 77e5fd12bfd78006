"""Training that is killed, and training that is shared: it ends in the model of one that was left alone."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from support import long_training
from support.histories import walk
from support.long_training import RECIPE
from topheavy.core.errors import ForecastError, UsageError
from topheavy.core.progress import Silent
from topheavy.core.settings import read_settings
from topheavy.forecast.lstm.checkpoint import INDEX, Checkpoints
from topheavy.forecast.lstm.network import Floats, Network
from topheavy.forecast.lstm.together.process_group import World, world
from topheavy.forecast.lstm.together.workers import free_port, train_shared
from topheavy.forecast.lstm.train import Trained, train
from topheavy.forecast.lstm.windows import Lessons, lessons
from topheavy.forecast.target import target
from topheavy.forecast.task import task

each_kind = pytest.mark.parametrize("each", [False, True], ids=["shared", "each"])


class Heard(Silent):
    """What was told of a training."""

    def __init__(self) -> None:
        self.total = self.steps = 0
        self.said: list[str] = []

    def start(self, title: str, total: int) -> None:
        self.total = total

    def advance(self, *, failed: bool = False) -> None:
        self.steps += 1

    def say(self, text: str) -> None:
        self.said.append(text)


def taught(*, each: bool) -> Lessons:
    """Three series, an odd number, so that two devices cannot share them evenly."""
    return lessons(task(walk(300, 3, persistence=0.5), target("price"), 1), 9, each=each)


def alone(one: Lessons) -> Trained:
    return train(one, RECIPE, None, Silent())


def elsewhere(
    one: Lessons, folder: Path, checkpoints: Path | str = "", kill_at: int = 0, flags: str = ""
) -> "subprocess.CompletedProcess[str]":
    one.save(folder / "lessons.npz")
    command = [sys.executable, long_training.__file__, folder / "lessons.npz", folder / "trained.npz", checkpoints]
    environment = os.environ | {"XLA_FLAGS": flags}
    return subprocess.run([*map(str, command), str(kill_at)], env=environment, capture_output=True, text=True)


def loss(one: Lessons, weights: Floats) -> float:
    """Mean square error of one network over all lessons, computed step by step in NumPy."""
    kernel, recurrent, bias, sums, constant = Network(RECIPE.units).split(weights[0].astype(float))
    output = memory = np.zeros((len(one.targets), RECIPE.units))
    for value in one.inputs.T:
        enter, keep, candidate, leave = np.split(value[:, None] * kernel + bias + output @ recurrent, 4, axis=1)
        memory = memory / (1 + np.exp(-keep)) + np.tanh(candidate) / (1 + np.exp(-enter))
        output = np.tanh(memory) / (1 + np.exp(-leave))
    return float(np.mean(((output @ sums)[:, 0] + constant - one.targets) ** 2))


# killed


@pytest.mark.kill
@pytest.mark.slow
@each_kind
def test_a_training_that_was_killed_ends_in_the_same_weights(tmp_path: Path, each: bool) -> None:
    one, kept = taught(each=each), tmp_path / "kept"
    assert elsewhere(one, tmp_path, kept, kill_at=3).returncode == -signal.SIGKILL
    assert json.loads((kept / INDEX).read_text())["epoch"] == 3
    (kept / "epoch-00004.npz.new").write_bytes(b"half of a file")
    heard = Heard()
    resumed = train(one, RECIPE, kept, heard)
    assert np.array_equal(resumed.weights, alone(one).weights)
    assert len(resumed.losses) == len(heard.said) == 3
    assert heard.steps == heard.total == 6
    assert heard.said[-1] == f"loss {resumed.losses[-1][0]:.4f}, held out {resumed.losses[-1][1]:.4f}"


def test_a_training_that_ended_is_not_done_again_and_one_that_differs_starts_anew(tmp_path: Path) -> None:
    one = taught(each=False)
    first = train(one, RECIPE, tmp_path, Silent())
    again = train(one, RECIPE, tmp_path, Silent())
    assert np.array_equal(first.weights, again.weights)
    assert not again.losses
    assert [path.name for path in sorted(tmp_path.iterdir())] == [INDEX, "epoch-00006.npz"]
    other = lessons(task(walk(300, 3, seed=9), target("price"), 1), 9, each=False)
    assert len(train(other, RECIPE, tmp_path, Silent()).losses) == 6


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    one = taught(each=False)
    train(one, RECIPE, tmp_path, Silent())
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:-9] + b"!" * 9)
    with pytest.raises(ForecastError, match="is damaged: remove"):
        train(one, RECIPE, tmp_path, Silent())


def test_a_checkpoint_holds_nothing_that_could_be_run(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, {"of": "nothing"})
    tmp_path.joinpath("epoch-00001.npz").write_bytes(b"")
    with (tmp_path / "evil.npz").open("wb") as file:
        np.savez(file, weights=np.array([{"run": "me"}], dtype=object))
    content = (tmp_path / "evil.npz").read_bytes()
    index = {"epoch": 1, "file": "evil.npz", "sha256": sha256(content).hexdigest(), "of": {"of": "nothing"}}
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        kept.read()


# shared


@pytest.mark.parametrize(("each", "devices"), [(False, 2), (False, 4), (True, 2)])
def test_several_devices_end_with_the_model_of_one(tmp_path: Path, each: bool, devices: int) -> None:
    one = taught(each=each)
    done = elsewhere(one, tmp_path, flags=f"--xla_force_host_platform_device_count={devices}")
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "trained.npz") as trained:
        assert trained["devices"] == devices
        assert trained["weights"] == pytest.approx(alone(one).weights, abs=1e-5)


@pytest.mark.slow
def test_two_processes_reach_the_loss_of_one(tmp_path: Path) -> None:
    one, heard = taught(each=False), Heard()
    shared, single = train_shared(one, RECIPE, 2, tmp_path / "kept", heard), alone(one)
    assert loss(one, shared.weights) == pytest.approx(loss(one, single.weights), rel=1e-4)
    assert loss(one, single.weights) < 0.9 * float(np.mean(one.targets**2))
    assert shared.weights == pytest.approx(single.weights, abs=1e-4)
    assert heard.steps == heard.total == 6
    assert heard.said[-1].startswith("loss ")
    assert json.loads((tmp_path / "kept" / INDEX).read_text())["epoch"] == 6
    gone_on = train(one, RECIPE, tmp_path / "kept", Silent())
    assert np.array_equal(gone_on.weights, shared.weights)


@pytest.mark.slow
def test_two_processes_share_many_networks_and_go_on_from_where_one_stood(tmp_path: Path) -> None:
    one = taught(each=True)
    train(one, replace(RECIPE, epochs=2), tmp_path, Silent())
    shared = train_shared(one, RECIPE, 2, tmp_path, Silent())
    assert shared.weights == pytest.approx(alone(one).weights, abs=1e-5)
    assert len(shared.losses) == 4


def test_a_worker_that_fails_ends_all_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ForecastError, match=r"worker 0 of 2 ended with 1: .*(NotADirectory|FileExists)"):
        train_shared(taught(each=False), RECIPE, 2, tmp_path / "file", Silent())


def test_a_worker_ends_with_who_started_it(tmp_path: Path) -> None:
    there = {"TOPHEAVY_WORLD_SIZE": "2", "TOPHEAVY_COORDINATOR": f"127.0.0.1:{free_port()}"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "topheavy.forecast.lstm.together.worker", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | there,
    )
    # its partner never comes: it would wait for minutes
    _, errors = worker.communicate(timeout=60)
    assert worker.returncode == 1
    assert not errors


# who else is there


def told(**environment: str) -> World:
    return world(read_settings(environment=environment))


def test_without_a_word_of_others_a_process_is_alone_and_leads() -> None:
    assert told() == World(0, 1, "")
    assert told().leads


def test_the_environment_says_who_else_is_there() -> None:
    found = told(TOPHEAVY_WORLD_SIZE="4", TOPHEAVY_WORLD_RANK="3", TOPHEAVY_COORDINATOR="10.0.0.1:9000")
    assert found == World(3, 4, "10.0.0.1:9000")
    assert not found.leads


def test_hosts_of_sagemaker_number_themselves_alike() -> None:
    hosts = json.dumps(["algo-2", "algo-1", "algo-3"])
    worlds = [told(SM_HOSTS=hosts, SM_CURRENT_HOST=f"algo-{number}") for number in (1, 2, 3)]
    assert [one.rank for one in worlds] == [0, 1, 2]
    assert {one.coordinator for one in worlds} == {"algo-1:12355"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TOPHEAVY_WORLD_SIZE": "2", "TOPHEAVY_WORLD_RANK": "2"}, "RANK is 2 of 2 processes"),
        ({"TOPHEAVY_WORLD_SIZE": "2"}, "set TOPHEAVY_COORDINATOR"),
        ({"SM_HOSTS": "algo-1", "SM_CURRENT_HOST": "algo-1"}, "SM_HOSTS is no JSON list"),
        ({"SM_HOSTS": '["algo-1"]', "SM_CURRENT_HOST": "algo-9"}, "'algo-9'"),
    ],
)
def test_an_environment_that_contradicts_itself_is_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        told(**environment)
