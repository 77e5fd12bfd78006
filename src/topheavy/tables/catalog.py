"""The catalog: which tables exist and where; a SQLite file in the home folder."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from topheavy.core.errors import TableError, one_line
from topheavy.datasets.schema import Dataset

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

NAMESPACE = "market"

PROPERTIES = {
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "commit.manifest-merge.enabled": "true",
}


class Tables:
    """The tables of one home."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()

    @cached_property
    def catalog(self) -> "Catalog":
        """The Iceberg catalog, made where it is new."""
        from pyiceberg.catalog.sql import SqlCatalog

        try:
            catalog = SqlCatalog(
                "topheavy",
                uri=f"sqlite:///{self.home / 'catalog.sqlite'}",
                warehouse=(self.home / "tables").as_uri(),
            )
            catalog.create_namespace_if_not_exists(NAMESPACE)
        except Exception as error:  # SQLAlchemy's and pyiceberg's trees share no root
            raise TableError(f"{self.home}/catalog.sqlite cannot be opened: {one_line(error)}") from error
        return catalog

    def open(self, dataset: Dataset) -> "Table":
        """Return the dataset's Iceberg table, made where it is new."""
        return self.find(dataset) or self._make(f"{NAMESPACE}.{dataset.name}", dataset)

    def find(self, dataset: Dataset) -> "Table | None":
        """Return the dataset's Iceberg table, ``None`` while it was never written."""
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return self.catalog.load_table(f"{NAMESPACE}.{dataset.name}")
        except NoSuchTableError:
            return None

    def exists(self, dataset: Dataset) -> bool:
        """Say whether the dataset's table was ever written."""
        return self.catalog.table_exists(f"{NAMESPACE}.{dataset.name}")

    def _make(self, name: str, dataset: Dataset) -> "Table":
        from pyiceberg.transforms import MonthTransform

        about = {column.name: _about(column.meaning, column.unit) for column in dataset.all_columns}
        table = self.catalog.create_table(
            name, schema=dataset.schema, properties=PROPERTIES | {"comment": dataset.grain}
        )
        with table.update_schema() as schema:
            for column, text in about.items():
                schema.update_column(column, doc=text)
        if dataset.month_of:
            with table.update_spec() as spec:
                spec.add_field(dataset.month_of, MonthTransform(), f"{dataset.month_of}_month")
        return table


def _about(meaning: str, unit: str) -> str:
    return f"{meaning} [{unit}]" if unit else meaning


def empty(dataset: Dataset) -> pa.Table:
    """Return no rows of a dataset."""
    return dataset.schema.empty_table()
