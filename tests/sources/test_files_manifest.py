"""Where no manifest is, one is told where to get one."""

from pathlib import Path

import pytest

from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings
from topheavy.sources.manifest.entries import read_manifest


def test_a_folder_with_examples_names_them(tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    for name in ("b.toml", "a.toml", "notes.txt"):
        (tmp_path / "examples" / name).touch()
    with pytest.raises(UsageError) as caught:
        read_manifest(tmp_path / "topheavy.toml", read_settings(tmp_path, {}))
    assert str(caught.value) == (
        f"{tmp_path / 'topheavy.toml'}: No such file or directory; "
        "copy one of examples/a.toml, examples/b.toml, let 'topheavy files propose FOLDER' write one, "
        "or name one with --from"
    )


def test_elsewhere_the_page_that_tells_how_to_write_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"write one \(see docs/howto/your-own-files\.md\)"):
        read_manifest(tmp_path / "topheavy.toml", read_settings(tmp_path, {}))
