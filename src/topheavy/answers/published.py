"""What every answer looks through: the published copy of one home, each question answered once per publication."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import partial, wraps
from pathlib import Path
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa

from topheavy.core.errors import WarehouseError
from topheavy.warehouse.ask import Warehouse

MOST_HELD = 512
"""So many answers are kept; the one asked for longest ago gives way."""

MOST_TRIES = 20
"""So often an answer is made again because another edition came while it was made."""

Rows = list[dict[str, Any]]

P = ParamSpec("P")
T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)


class Kept:
    """Answers that are kept until what they were made from is another edition; made by one thread at a time."""

    def __init__(self, edition: Callable[[], Hashable], most: int = MOST_HELD) -> None:
        self.lock = RLock()
        self._edition_now, self._most = edition, most
        self._edition: Hashable = None
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def remember(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return the answer kept under ``name``, making it first where this edition has none yet.

        An answer that another edition came into while it was made may be of both: it is made again.
        """
        with self.lock:
            self._turn_over()
            if name not in self._answers:
                made = of_one_edition(self._edition_now, make)
                self._turn_over()
                self._answers[name] = made
            self._answers.move_to_end(name)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
            return self._answers[name]  # type: ignore[no-any-return]

    def remember_all(self, names: Mapping[Key, Hashable], make: Callable[[list[Key]], Mapping[Key, T]]) -> dict[Key, T]:
        """Return the answers kept under ``names``, making all that are absent at once; none of them gives way
        meanwhile."""
        with self.lock:
            self._turn_over()
            kept = {key: self._answers[name] for key, name in names.items() if name in self._answers}
            absent = [key for key in names if key not in kept]
            made = dict(make(absent)) if absent else {}
            for key in made:
                self.remember(names[key], partial(made.__getitem__, key))
            return kept | made

    def _turn_over(self) -> None:
        if (edition := self._edition_now()) != self._edition:
            self._answers.clear()
            self._edition = edition


class Published:
    """The published copy of one home; its answers are kept until something new is published.

    One question runs at a time: a file that is replaced while another answer is still being read from it
    would else pass its old rows off as new.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._warehouse = Warehouse(home)
        self._kept = Kept(lambda: edition_of(self._warehouse.path))

    def ask(self, sql: str, **parameters: Any) -> Rows:
        """Answer one SELECT with ``$name`` parameters, as rows.

        Raises:
            NotPublished: while nothing is published.
        """
        with self._kept.lock:
            return self._warehouse.rows(sql, parameters or None)

    def together(self, queries: Mapping[str, tuple[str, dict[str, Any]]]) -> dict[str, pa.Table]:
        """Answer several SELECTs with their parameters, by name, all of the same publication.

        Raises:
            NotPublished: while nothing is published.
        """
        with self._kept.lock:
            return self._warehouse.ask_together(queries)

    def of_one_edition(self, make: Callable[[], T]) -> T:
        """Return what ``make`` makes of several answers, all of the same publication.

        Raises:
            WarehouseError: when something new is published again and again meanwhile.
        """
        return of_one_edition(lambda: edition_of(self._warehouse.path), make)

    def remember(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return the answer kept under ``name``, making it first where this publication has none yet."""
        return self._kept.remember(name, make)


def of_one_edition(edition: Callable[[], Hashable], make: Callable[[], T]) -> T:
    """Return what ``make`` makes while the edition stays the same; made again where it did not.

    Raises:
        WarehouseError: when it never stays the same for as long as that takes.
    """
    for _ in range(MOST_TRIES):
        before = edition()
        made = make()
        if edition() == before:
            return made
    raise WarehouseError("new figures are published faster than they can be read: ask again in a moment")


def edition_of(path: Path) -> tuple[int, ...]:
    """Return what tells one published file from the next; empty while there is none."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return ()
    return state.st_ino, state.st_mtime_ns, state.st_size


def remembered(answer: Callable[Concatenate[Published, P], T]) -> Callable[Concatenate[Published, P], T]:
    """Keep what a function of a view answers, by its arguments, until something new is published."""

    @wraps(answer)
    def ask(view: Published, /, *args: P.args, **kwargs: P.kwargs) -> T:
        name = (answer.__module__, answer.__qualname__, args, tuple(sorted(kwargs.items())))
        return view.remember(name, lambda: answer(view, *args, **kwargs))

    return ask
