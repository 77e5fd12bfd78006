"""How far long work has come: bars with rate and time left on a terminal, plain lines where nobody watches one."""

import sys
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from topheavy.core.log.lines import Form, form_in_use
from topheavy.core.progress import Progress, Silent


class _Bars:
    """A progress bar on a terminal, with rate and time left."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._failed = 0

    def start(self, title: str, total: int) -> None:
        self._failed = 0
        if not total:
            return
        columns = (TextColumn("  {task.description:<40}"), BarColumn(), MofNCompleteColumn(),
                   TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
                   TextColumn("{task.fields[said]}"))  # fmt: skip
        self._bars = Bars(*columns, console=Console(stderr=True), transient=False)
        self._bars.start()
        self._task = self._bars.add_task(title, total=total, rate="", said="")

    def advance(self, *, failed: bool = False) -> None:
        if self._bars is None or self._task is None:
            return
        self._failed += failed
        speed = self._bars.tasks[0].speed
        rate = f"{speed:,.0f}/s" if speed else ""
        self._bars.update(self._task, advance=1, rate=f"{rate}, {self._failed} failed" if self._failed else rate)

    def say(self, text: str) -> None:
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, said=text)

    def finish(self) -> None:
        if self._bars is not None:
            self._bars.stop()
        self._bars = None


class _Lines:
    """Plain lines where nobody watches a terminal: one at the end of every stage."""

    def __init__(self) -> None:
        self._title, self._total, self._done, self._failed, self._began, self._said = "", 0, 0, 0, 0.0, ""

    def start(self, title: str, total: int) -> None:
        self._title, self._total, self._done, self._failed, self._began = title, total, 0, 0, perf_counter()
        self._said = ""

    def advance(self, *, failed: bool = False) -> None:
        self._done += 1
        self._failed += failed

    def say(self, text: str) -> None:
        self._said = text

    def finish(self) -> None:
        if self._total:
            failed = f", {self._failed:,} failed" if self._failed else ""
            took = f" in {perf_counter() - self._began:.1f} s"
            note = f", {self._said}" if self._said else ""
            line = f"  {self._title}: {self._done:,} of {self._total:,}{failed}{took}{note}"
            Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False)


def progress(as_json: bool) -> Progress:
    """Return what shows progress here: bars on a terminal, lines elsewhere and beside a log, nothing beside JSON."""
    log = form_in_use()
    if as_json or log is Form.JSON:
        return Silent()
    return _Bars() if sys.stderr.isatty() and not log else _Lines()
