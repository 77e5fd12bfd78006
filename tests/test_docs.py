"""Documentation is held to the code: the reference is current, links lead somewhere, the README's words are true."""

import ast
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FROM_ROOT = {"contributing.md": ROOT / "CONTRIBUTING.md", "changelog.md": ROOT / "CHANGELOG.md"}
"""Pages of the site that lie at the project's root."""

PAGES = [ROOT / "README.md", *FROM_ROOT.values(), *sorted((ROOT / "docs").rglob("*.md"))]
QUESTIONS = ROOT / "docs" / "explanation" / "where-would-you-look.md"


def _generator() -> object:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says() -> None:
    for path, content in _generator().pages().items():  # type: ignore[attr-defined]
        assert path.read_text() == content, f"{path.name} is out of date: run 'make docs'"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith(("http://", "https://", "mailto:")):
            path = page.parent / target
            made_for_the_site = path.with_suffix(".ipynb") if path.suffix == ".md" else path
            lies_at = (path, made_for_the_site, FROM_ROOT.get(Path(target).name, path))
            assert any(place.exists() for place in lies_at), f"{page.name} links to {target}"


def test_every_command_the_readme_names_exists() -> None:
    from topheavy.cli import app

    def names(of: Any) -> set[str]:
        return {command.name or command.callback.__name__ for command in of.registered_commands if command.callback}

    readme = (ROOT / "README.md").read_text()
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    assert set(re.findall(r"topheavy ([a-z]+)", readme)) <= names(app) | set(groups) | {"is"}
    for name, group in groups.items():
        assert set(re.findall(rf"topheavy {name} ([a-z]+)", readme)) <= names(group)
    assert len(set(re.findall(r"topheavy ([a-z]+)", readme)) & names(app)) >= 6


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        assert (
            set(re.findall(r"^ *make ([a-z-]+)|`make ([a-z-]+)", page.read_text(), re.MULTILINE))
            - {pair for name in targets for pair in ((name, ""), ("", name))}
            == set()
        ), page.name


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def rows_of(page: Path) -> list[list[str]]:
    """The cells of a page's table, without its head."""
    lines = [line for line in page.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_a_newcomer_is_asked_twelve_questions_about_as_many_files() -> None:
    rows = rows_of(QUESTIONS)
    assert len(rows) == 12
    assert len({file for _, file, _ in rows}) == 12
    assert len({file.split("/")[2] for _, file, _ in rows}) >= 10, "the questions lead into many rooms"


@pytest.mark.parametrize(("question", "file", "name"), rows_of(QUESTIONS))
def test_a_newcomer_finds_it_where_the_page_says(question: str, file: str, name: str) -> None:
    text = (ROOT / file).read_text()
    if file.endswith(".sql"):
        assert re.search(rf"\bAS {name}\b", text), f"{file} computes no {name}"
    else:
        assert name in names_defined(ast.parse(text)), f"{file} defines no {name}: {question}?"


def names_defined(tree: ast.Module) -> set[str]:
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        defined |= {target.id for target in targets if isinstance(target, ast.Name)}
    return defined
