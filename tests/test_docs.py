"""Documentation is held to the code: the reference is current, links lead somewhere, the README's words are true."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


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
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


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


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
