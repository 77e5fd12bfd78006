"""A manifest proposed from the files of a folder: what they show is written down, what only a person knows is asked."""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from topheavy.core.errors import Malformed, UsageError, one_line
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.manifest.evidence import Evidence, basis_shown, dates_shown
from topheavy.sources.manifest.recognise import Recognised, as_holdings, by_header
from topheavy.sources.tabular import Sheet, read_table

TABLES = (".csv", ".parquet", ".csv.gz", ".txt", ".tsv", ".xlsx", ".xls")
MOST = 20_000
"""Files looked at; of a folder with more, a folder within has to be named."""

HEAD = 64 * 1024
"""Bytes read of each further file of one kind, to see that its columns are the same."""


@dataclass(slots=True)
class Proposal:
    """A manifest's text, the questions in it, and files that were not understood, each with its reason."""

    text: str = ""
    questions: list[str] = field(default_factory=list)
    not_understood: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0


def propose(folder: Path) -> Proposal:
    """Look at a folder's files and propose a manifest that lies in it.

    Raises:
        UsageError: when it is no folder, or holds no tables, or too many.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: name the folder that your files lie in")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name.lower().endswith(TABLES)]
    files = [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not files:
        raise UsageError(f"{folder} holds no tables: files like {', '.join(TABLES)} are looked at")
    if len(files) > MOST:
        raise UsageError(f"{folder} holds {len(files):,} files, more than {MOST:,}: name a folder within")
    done = Proposal(files=len(files))
    blocks = [block for group in _alike(files) for block in _block(folder, group, done)]
    done.text = (
        "\n\n".join(["# What your files show; every ? is a question: answer it, then topheavy run files", *blocks])
        + "\n"
    )
    return done


def _alike(files: Iterable[Path]) -> Iterator[list[Path]]:
    """Yield files that one block can name: in one folder, called alike, with the same columns."""
    groups: defaultdict[tuple[Path, str, object], list[Path]] = defaultdict(list)
    for path in files:
        suffix = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
        groups[path.parent, suffix, _columns(path)].append(path)
    yield from groups.values()


def _columns(path: Path) -> object:
    """Return what a file's first line says, or what tells a Parquet file from another."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        try:
            return tuple(pyarrow.parquet.read_schema(path).names)
        except (OSError, ValueError):
            return path
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(HEAD).split(b"\n", 1)[0].strip()
    except (OSError, EOFError):
        return path


def _block(folder: Path, group: list[Path], done: Proposal) -> Iterator[str]:
    """Yield the block of one kind of file, or one for each where they are no bars of a company each."""
    first = group[0]
    named = first.relative_to(folder).as_posix()
    answer = _answer(first)
    try:
        sheet = None if first.suffix in {".xlsx", ".xls"} else read_table(first.read_bytes(), named)
    except Malformed as error:
        sheet, reason = None, one_line(error)
    else:
        reason = "its columns are those of no dataset: " + ", ".join(sheet.frame.columns[:8] if sheet else [])
    found = as_holdings(answer) or (by_header(sheet.frame.columns) if sheet else None)
    if found is None:
        done.not_understood += [(path.relative_to(folder).as_posix(), reason) for path in group]
        return
    pattern = _pattern(folder, group) if len(group) > 1 and "source" not in found.keys else ""
    for path in [first] if pattern else group:
        yield _written(pattern or path.relative_to(folder).as_posix(), found, _evidence(sheet, found), done)


def _pattern(folder: Path, group: list[Path]) -> str:
    """Return a glob that names a group's files and no others; empty where there is none."""
    parent, suffix = group[0].parent, group[0].name[len(group[0].name.split(".")[0]) :]
    pattern = (parent / f"*{suffix}").relative_to(folder).as_posix()
    return pattern if sorted(folder.glob(pattern)) == sorted(group) else ""


def _answer(path: Path) -> Answer:
    page = Page(path.name, path.read_bytes())
    return Answer(
        Unit("files", "holdings", subject=path.name), (page,), datetime.now(UTC), SourceKind.FILE, {"file": path.name}
    )


def _evidence(sheet: Sheet | None, found: Recognised) -> list[Evidence]:
    """Return what the rows show of their days and of their basis."""
    if sheet is None or "source" in found.keys:
        return []
    return [*dates_shown(sheet, found), *basis_shown(sheet, found)]


def _written(path: str, found: Recognised, evidence: list[Evidence], done: Proposal) -> str:
    shown = {item.key: item for item in evidence}
    lines = ["[[file]]", f'path = "{path}"']
    lines += [f'{key} = "{value}"' for key, value in found.keys.items()]
    if found.columns:
        lines.append("columns = { " + ", ".join(f'{ours} = "{given}"' for ours, given in found.columns.items()) + " }")
    if found.constants:
        lines.append(
            "constants = { " + ", ".join(f'{name} = "{value}"' for name, value in found.constants.items()) + " }"
        )
    for key in dict.fromkeys([*found.asks, *shown]):
        item = shown.get(key) or Evidence(key, "?", found.asks[key])
        if key not in found.constants:
            lines.append(f'{key} = "{item.value}"  # {item.why}')
        if "?" in item.value:
            done.questions.append(f"{path}: {key}: {item.why}")
    return "\n".join(lines)
