"""Writes the reference pages from the code they speak of; ``tests/test_docs.py`` holds them to it."""

import re
from pathlib import Path

from topheavy.answers.catalogue.catalogue import catalogue
from topheavy.core.plugins import KINDS, scan
from topheavy.datasets.schema import Dataset, datasets
from topheavy.metrics.questions import questions

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
HEAD = "<!-- written by docs/generate.py: run `make docs` after a change -->\n\n"


def dataset_page() -> str:
    """Every dataset with its grain, key, layout, columns and checks."""
    parts = ["# Datasets", "One table each. Columns in *italics* may be empty.", ""]
    for item in datasets().values():
        parts += [f"## {item.name}", "", f"One row is {item.grain}. Key: `{', '.join(item.key)}`. {_layout(item)}", ""]
        parts += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        for column in item.all_columns:
            name = f"*{column.name}*" if column.optional else column.name
            parts.append(f"| {name} | {column.type} | {column.unit or '–'} | {column.meaning} |")
        parts += ["", *(f"- refused: `{check.wrong}` ({check.advice})" for check in item.checks), ""]
    return HEAD + "\n".join(parts)


def question_page() -> str:
    """Every question with its grain, inputs and unit."""
    parts = ["# Questions", "One SQL file each, in `src/topheavy/metrics/sql/`. The lines on top of a file are what",
             "`src/topheavy/metrics/header.py` tells, and all it takes to be asked everywhere.", ""]  # fmt: skip
    parts += ["## What may be asked", "", *ASKED.splitlines(), ""]
    parts += [
        "| name | question | narrowed by | day | without a date | order | units |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, item in catalogue().items():
        narrowed, order = ", ".join(item.choices) or "–", ", ".join(item.order)
        units = ", ".join(f"{column} {unit}" for column, unit in sorted(item.units.items())) or "as in what it reads"
        parts.append(f"| `{name}` | {item.text} | {narrowed} | {item.day or '–'} | {item.without_a_date} | {order} "
                     f"| {units} |")  # fmt: skip
    parts += ["", "## All files", ""]
    parts += ["| file | kind | question | grain | reads | unit |", "|---|---|---|---|---|---|"]
    for item in questions().values():
        grain, reads = ", ".join(item.grain), ", ".join(item.inputs)
        parts.append(f"| `{item.name}.sql` | {item.kind} | {item.text} | {grain} | {reads} | {item.unit} |")
    return HEAD + "\n".join(parts) + "\n"


ASKED = """\
Each is asked alike everywhere: `topheavy show NAME`, `GET /api/NAME` (JSON, CSV or Arrow), and
`topheavy.open(home).ask("NAME", …)` in Python. An index, level or group that is not named is SP500, issuer and
magnificent7, where they are published; `all` stands for every one. A day or a period narrows by the day column.
"""


def plugin_page() -> str:
    """Every plug-in the package brings."""
    parts = ["# Plug-ins", "One file each; a file that declares itself is found. Others come by entry points of the",
             "groups `topheavy.source`, `topheavy.dataset`, `topheavy.rule`, `topheavy.engine`, `topheavy.page`;",
             "a package of [questions](questions.md), one SQL file each, by `topheavy.question`.", "",
             "| kind | name | what | module |", "|---|---|---|---|"]  # fmt: skip
    for kind in KINDS:
        for item in scan(kind):
            about = getattr(item.plugin, "title", None) or getattr(item.plugin, "grain", "")
            parts.append(f"| {item.kind} | `{item.name}` | {about} | `{item.module}` |")
    return HEAD + "\n".join(parts) + "\n"


def settings_page() -> str:
    """Every setting named in the code, with the module that reads it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for name in re.findall(r'(?:text|number)\(\s*"([A-Z_]+)"', path.read_text()):
            found.setdefault(f"TOPHEAVY_{name}", set()).add(path.relative_to(ROOT / "src").as_posix())
    found.setdefault("TOPHEAVY_HOME", set()).add("topheavy/core/settings.py")
    parts = ["# Settings", "Environment variables; secrets come from the environment only and are never stored.", "",
             "| variable | read in |", "|---|---|"]  # fmt: skip
    parts += [
        f"| `{name}` | {', '.join(f'`{where}`' for where in sorted(places))} |"
        for name, places in sorted(found.items())
    ]
    return HEAD + "\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Return every reference page with what it should say."""
    return {
        REFERENCE / "datasets.md": dataset_page(),
        REFERENCE / "questions.md": question_page(),
        REFERENCE / "plugins.md": plugin_page(),
        REFERENCE / "settings.md": settings_page(),
    }


def _layout(item: Dataset) -> str:
    if item.layer == "view":
        return "A view in the warehouse."
    by = f"partitioned by month of `{item.month_of}`" if item.month_of else "one partition"
    by = f"partitioned by day of `{item.day_of}`" if item.day_of else by
    return f"Iceberg table ({item.layer}), {by}."


if __name__ == "__main__":
    for path, content in pages().items():
        path.write_text(content)
