"""How a plug-in is found: by scanning its room's folder, then by entry point ``topheavy.<kind>``."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from topheavy.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plug-in: the package it lives in and the name under which a file declares itself."""

    name: str
    package: str
    declares: str


@dataclass(frozen=True, slots=True)
class Found:
    """A plug-in that was found: what it is and the module it came from."""

    kind: str
    name: str
    module: str
    plugin: Any


@dataclass(frozen=True, slots=True)
class File:
    """A plug-in that is a file and no module: its name, its text, and the place to name when it is at fault."""

    name: str
    text: str
    place: str


DATASETS = Kind("dataset", "topheavy.datasets", "DATASET")
SOURCES = Kind("source", "topheavy.sources", "SOURCE")
RULES = Kind("rule", "topheavy.repairs", "RULE")
DOUBTS = Kind("doubt", "topheavy.repairs.doubts", "DOUBT")
PAGES = Kind("page", "topheavy.web.pages", "PAGE")
ENGINES = Kind("engine", "topheavy.metrics.engines", "ENGINE")
FEEDS = Kind("feed", "topheavy.stream.feeds", "FEED")
PROCESSORS = Kind("processor", "topheavy.stream.processors", "PROCESSOR")
MODELS = Kind("model", "topheavy.forecast.models", "MODEL")
FORMATS = Kind("format", "topheavy.portfolios.formats", "FORMAT")

KINDS = (DATASETS, SOURCES, RULES, DOUBTS, ENGINES, FEEDS, PROCESSORS, MODELS, FORMATS, PAGES)


def scan(kind: Kind) -> Iterator[Found]:
    """Yield every plug-in of ``kind``, folder first, then entry points, each by its own ``name``."""
    package = importlib.import_module(kind.package)
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{kind.package}.{module_info.name}")
        if (plugin := getattr(module, kind.declares, None)) is not None:
            yield Found(kind.name, plugin.name, module.__name__, plugin)
    for point in entry_points(group=f"topheavy.{kind.name}"):
        plugin = point.load()
        yield Found(kind.name, plugin.name, point.value, plugin)


def files_of(group: str, package: str, folder: str, ending: str) -> Iterator[File]:
    """Yield every file of ``folder`` in ``package`` whose name has the ``ending``, then those that lie in a package
    named by an entry point of ``topheavy.<group>``."""
    places = [(f"{package}.{folder}", files(package).joinpath(folder))]
    places += [(point.value, files(point.value)) for point in entry_points(group=f"topheavy.{group}")]
    for place, held in places:
        for item in sorted(held.iterdir(), key=lambda item: item.name):
            if item.name.endswith(ending):
                yield File(item.name, item.read_text(), f"{item.name} of {place}")


@cache
def load(kind: Kind) -> Mapping[str, Any]:
    """Return the plug-ins of ``kind`` by name; looked for once in a process.

    Raises:
        UsageError: when two of them claim the same name.
    """
    found: dict[str, Found] = {}
    for item in scan(kind):
        if item.name in found:
            raise UsageError(
                f"two {kind.name}s are called '{item.name}': {found[item.name].module} and {item.module}; "
                "rename one or uninstall it"
            )
        found[item.name] = item
    return MappingProxyType({name: item.plugin for name, item in found.items()})


def pick(kind: Kind, name: str) -> Any:
    """Return the plug-in called ``name``.

    Raises:
        UsageError: when there is none; the message suggests the nearest name.
    """
    known = load(kind)
    if name in known:
        return known[name]
    raise UsageError(unknown(kind.name, name, known))


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return a one-line message for a name that is not among ``known``, with the nearest one."""
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(name, names, n=1) or [folded[it] for it in get_close_matches(name.casefold(), folded, n=1)]
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names) or 'none'}"
    return f"no {what} is called '{name}': {hint}"
