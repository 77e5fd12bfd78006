"""A manifest read into entries, one a file: globs are spread over the files they name, presets are filled in."""

import glob
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from topheavy.core.errors import UsageError, one_line
from topheavy.core.plugins import unknown
from topheavy.core.settings import Settings
from topheavy.datasets.schema import dataset
from topheavy.sources.manifest.basis import basis_days, day_in
from topheavy.sources.manifest.presets import PRESETS

KEYS = {
    "path", "name", "dataset", "source", "preset", "basis", "symbols", "columns", "constants", "strip",
    "dates", "clock", "zone", "numbers", "currency", "as_of", "fund",
}  # fmt: skip
TABLES = frozenset({"columns", "constants"})
REMOTE = ("http://", "https://")
Entry = dict[str, Any]


def _advice(folder: Path) -> str:
    """Say where a manifest comes from: from the examples where there are any, as in a clone."""
    examples = ", ".join(sorted(f"examples/{file.name}" for file in (folder / "examples").glob("*.toml")))
    one = f"copy one of {examples}" if examples else "write one (see docs/howto/your-own-files.md)"
    return f"{one}, let 'topheavy files propose FOLDER' write one, or name one with --from"


def read_manifest(manifest: Path, settings: Settings) -> list[Entry]:
    """Return the manifest's entries, each with its ``name`` and full ``address``, one for each file of a glob.

    An entry of a glob has ``stem``, what its ``*`` stands for: the symbol, where no column says one.

    Raises:
        UsageError: when it is missing, is not TOML, or an entry cannot be acted on.
    """
    try:
        content = tomllib.loads(manifest.read_text())
    except OSError as error:
        raise UsageError(f"{manifest}: {error.strerror}; {_advice(manifest.parent)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{manifest} is not valid TOML: {one_line(error)}") from error
    folder = manifest.parent / _expand(str(content.get("folder", ".")), settings)
    blocks = content.get("file", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise UsageError(f"{manifest}: a file is a [[file]] with path and dataset, in two brackets")
    entries = [entry for block in blocks for entry in _spread(_checked(dict(block), manifest), folder, manifest)]
    if not entries:
        raise UsageError(f"{manifest} names no file: add a [[file]] with path and dataset")
    return entries


def _expand(text: str, settings: Settings) -> str:
    return text.replace("$TOPHEAVY_MARKET_DATA", str(Path(settings.market_data).resolve()))


def _checked(entry: Entry, manifest: Path) -> Entry:
    """Return an entry with its preset filled in."""
    if extra := sorted(set(entry) - KEYS):
        raise UsageError(f"{manifest}: a [[file]] has no '{extra[0]}'; it may have {', '.join(sorted(KEYS))}")
    for key, value in entry.items():
        if not isinstance(value, dict if key in TABLES else str):
            wanted = 'a table like { session = "date" }' if key in TABLES else 'a text in "quotes"'
            raise UsageError(f"{manifest}: {key} = {value} of a [[file]] has to be {wanted}")
    if open_question := next((key for key, value in _texts(entry) if "?" in value and key != "path"), None):
        raise UsageError(f"{manifest}: {open_question} is still '?' for {entry.get('path')}: answer it first")
    filled = _with_preset(entry, manifest)
    if "path" not in filled or not ({"dataset", "source"} & set(filled)):
        raise UsageError(f"{manifest}: a [[file]] needs a path and a dataset (or a source that knows its format)")
    if "dataset" in filled:
        dataset(filled["dataset"])
        basis_days(filled)
        if "symbols" in filled:
            day_in(filled["symbols"].removeprefix("as of "), filled)
    return filled


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield an entry's texts by key, those of its constants too."""
    for key, value in {**entry, **entry.get("constants", {})}.items():
        if isinstance(value, str):
            yield key, value


def _with_preset(entry: Entry, manifest: Path) -> Entry:
    if "preset" not in entry:
        return entry
    preset = PRESETS.get(entry["preset"])
    if preset is None:
        raise UsageError(f"{manifest}: {unknown('preset', entry['preset'], list(PRESETS))}")
    if preset.asks and "basis" not in entry:
        raise UsageError(f"{manifest}: preset '{entry['preset']}' needs a basis: {preset.asks}")
    columns = {**preset.columns, **entry.get("columns", {})}
    return {"dataset": "bars", **preset.fixes, **entry, "columns": columns}


def _spread(entry: Entry, folder: Path, manifest: Path) -> Iterator[Entry]:
    """Yield an entry for each file that its path names."""
    path = str(entry["path"])
    remote = path.startswith(REMOTE)
    address = path if remote else os.path.normpath(folder / path)
    if remote or not glob.has_magic(path) or Path(address).is_file():
        yield entry | {"name": entry.get("name", path), "address": address}
        return
    files = sorted(found for found in glob.glob(address, recursive=True) if Path(found).is_file())
    if not files:
        raise UsageError(f"{manifest} names {address}, and no file is called so: correct the path; nothing was read")
    for file in files:
        named = os.path.relpath(file, folder)
        yield entry | {"path": named, "name": named, "address": file, "stem": _stem(file, address)}


def _stem(file: str, pattern: str) -> str:
    """Return what the last ``*`` of a pattern stands for in a file's name.

    >>> _stem("prices/AAPL.csv", "prices/*.csv"), _stem("a/aapl_daily.csv.gz", "a/*_daily.csv*")
    ('AAPL', 'aapl')
    """
    name, last = Path(file).name, Path(pattern).name
    parts = [re.escape(part) for part in re.split(r"\*+", last)]
    match = re.fullmatch("(.*?)".join(parts).replace(r"\?", "."), name)
    return match[1] if match and match.groups() else Path(file).stem
