"""The learners' notebook runs from its first cell to its last, and says what it promises."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jax", reason="needs the extra 'forecast'")
nbformat = pytest.importorskip("nbformat", reason="needs the test tools")
nbclient = pytest.importorskip("nbclient", reason="needs the test tools")

NOTEBOOK = Path(__file__).parent.parent / "docs" / "tutorial" / "forecasting.ipynb"


def text_of(cell: Any) -> str:
    """Everything a cell has printed or shown as text."""
    return "".join(out.get("text", "") + out.get("data", {}).get("text/plain", "") for out in cell.outputs)


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("notebook")
    book = nbformat.read(NOTEBOOK, as_version=4)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOPHEAVY_HOME", str(folder / "home"))
        environment.setenv("OMP_WAIT_POLICY", "PASSIVE")
        client = nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}})
        client.execute()
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_it_is_kept_without_what_it_printed() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    assert not [cell for cell in book.cells if cell.get("outputs") or cell.get("execution_count")]


@pytest.mark.slow
def test_it_walks_from_data_to_sql(cells: list[Any]) -> None:
    said = [text_of(cell) for cell in cells]
    assert said[0].startswith("SIMULATED []"), "the road was walked, nothing failed, and the world is named"
    assert "examples × features" in said[2]
    assert "forest_levels" in said[3]
    assert "worse than naive" in said[3]
    assert "LSTM, RMSE" in said[5]
    assert "random forest" in said[5].lower()
    assert "SIMULATED" in said[6]
    assert "low" in said[6]
    assert "SIMULATED 14 forecasts for" in said[-2], "two models, seven companies"
