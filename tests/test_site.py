"""The documentation as a site: it builds without a warning, refuses a link that leads nowhere, fetches nothing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="needs the test tools")

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow


def build(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    first = (site / "index.html").read_text()
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    pages |= {"tutorial/forecasting.html", "contributing.html", "changelog.html"}
    assert pages - set(re.findall(r'href="([^"#]+)"', first)) == set()


def test_the_notebook_is_a_page_with_its_code(site: Path) -> None:
    page = (site / "tutorial" / "forecasting.html").read_text()
    assert "<h1" in page
    assert "docs/tutorial/forecasting.ipynb" in page
    assert "read_settings" in page


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|iframe|link)\b[^>]*(?:src|href)="((?:https?:)?//[^"]+)"', path.read_text())
        assert loaded == [], path.name


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path) -> None:
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("mkdocs.yml", "CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    page = tmp_path / "docs" / "howto" / "schedule.md"
    page.write_text(page.read_text() + "\n[on](nowhere.md)\n")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    assert "'nowhere.md'" in done.stderr
