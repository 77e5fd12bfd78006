"""PyTorch, in a loop as its guide writes it, batches cut from one tensor. Needs only torch and numpy; prints JSON."""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch


class Net(torch.nn.Module):
    def __init__(self, units: int) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(1, units, batch_first=True)
        self.sum = torch.nn.Linear(units, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.sum(self.lstm(x)[0][:, -1])[:, 0]


def fitted(x: torch.Tensor, y: torch.Tensor, learn, held, job: dict[str, int]) -> tuple[list[float], float, float]:
    """Return the moments its epochs ended, the CPU seconds after the first, and the loss."""
    net = Net(job["units"])
    adam, error, ends = torch.optim.Adam(net.parameters(), 1e-3), torch.nn.MSELoss(), []
    busy: list[float] = []
    learn, held = torch.from_numpy(learn.astype(np.int64)), torch.from_numpy(held.astype(np.int64))
    for _ in range(job["epochs"]):
        lost, order = 0.0, learn[torch.randperm(len(learn))]
        for numbers in order.split(job["batch"]):
            adam.zero_grad()
            loss = error(net(x[numbers]), y[numbers])
            loss.backward()
            adam.step()
            lost += loss.item() * len(numbers)
        with torch.no_grad():
            error(net(x[held]), y[held]).item()
        ends.append(perf_counter())
        busy.append(process_time())
    return ends, busy[-1] - busy[0], lost / len(learn)


def measured(x: torch.Tensor, y: torch.Tensor, parts, job: dict[str, int]) -> dict[str, object]:
    began = perf_counter()
    if "only" in job:
        loss = float(np.mean([fitted(x, y, *part, job)[-1] for part in parts]))
        return {"total": perf_counter() - began, "loss": loss}
    ends, cpu, loss = fitted(x, y, *parts[0], job)
    times = [after - before for before, after in zip([began, *ends], ends, strict=False)]
    return {"total": perf_counter() - began, "epochs": times, "cpu": cpu, "loss": loss}


def main(folder: Path) -> None:
    done = []
    for number, job in enumerate(json.loads((folder / "jobs.json").read_text())):
        with np.load(folder / f"lessons{number}.npz") as lessons:
            cut = [np.split(lessons[name], lessons[f"{name}_ends"][:-1]) for name in ("learn", "held")]
            parts = list(zip(*cut, strict=True))[: job.get("only")]
            x, y = torch.from_numpy(lessons["inputs"][:, :, None]), torch.from_numpy(lessons["targets"])
            done.append(measured(x, y, parts, job))
    print(json.dumps(done))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
