"""Builds the site around the pages: navigation from the folders, notebooks and the root's own files as pages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SECTIONS = {
    "Tutorial": "tutorial",
    "How to": "howto",
    "Reference": "reference",
    "Explanation": "explanation",
    "Decisions": "decisions",
}
"""What a reader needs → the folder its pages lie in."""

FROM_ROOT = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
"""Pages of the site that lie at the project's root, where a clone is looked at first."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every page under what it is needed for: tutorials in their order, other pages by title or number."""
    config.nav = [
        {"Home": "index.md"},
        *({title: list(_pages(folder))} for title, folder in SECTIONS.items()),
        {"Join in": list(FROM_ROOT)},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is written elsewhere: notebooks, and the root's own files with links as they are from here."""
    for path in sorted(DOCS.rglob("*.ipynb")):
        name = path.relative_to(DOCS).with_suffix(".md").as_posix()
        files.append(File.generated(config, name, content=notebook_page(path)))
    for name, source in FROM_ROOT.items():
        text = re.sub(r"\]\(docs/", "](", (ROOT / source).read_text())
        for page, other in FROM_ROOT.items():
            text = text.replace(f"]({other}", f"]({page}")
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Name a file of the clone that is no page, such as an example, where the page links to it."""

    def named(link: re.Match[str]) -> str:
        text, target = link.groups()
        path = (DOCS / page.file.src_uri).parent.joinpath(target).resolve()
        outside = path.exists() and path.is_relative_to(ROOT) and not path.is_relative_to(DOCS)
        return f"{text} (`{path.relative_to(ROOT).as_posix()}`)" if outside else link[0]

    return re.sub(r"\[([^\]]*)\]\(([^)#\s]+)\)", named, markdown)


def notebook_page(path: Path) -> str:
    """Return a notebook's cells as Markdown."""
    cells = json.loads(path.read_text())["cells"]
    name = path.relative_to(ROOT).as_posix()
    parts = [f"*This page is the notebook `{name}`: open it in a clone to run it.*"]
    for cell in cells:
        text = "".join(cell["source"])
        parts.append(f"```python\n{text}\n```" if cell["cell_type"] == "code" else text)
    return "\n\n".join([parts[1], parts[0], *parts[2:]]) + "\n"


def _pages(folder: str) -> Iterator[str]:
    paths = [path for path in (DOCS / folder).iterdir() if path.suffix in {".md", ".ipynb"}]
    for path in sorted(paths, key=_place):
        yield path.relative_to(DOCS).with_suffix(".md").as_posix()


def _place(path: Path) -> tuple[bool, str]:
    """Pages before notebooks; decisions by their number, which their file names begin with."""
    first = path.name if path.name[:1].isdigit() else path.read_text().split("\n# ", 1)[-1].removeprefix("# ")
    return path.suffix == ".ipynb", first.lower()
