"""The catalog: which tables exist and where; a SQLite file in the home folder."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from topheavy.core.errors import TableError, TopheavyError, one_line
from topheavy.datasets.schema import Dataset, Layer
from topheavy.tables.catalogs.local import root
from topheavy.tables.catalogs.relocate import lies_in, settle

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.table import Table

NAMESPACE = "market"

CATALOG = "catalog.sqlite"

PROPERTIES = {
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "commit.manifest-merge.enabled": "true",
}

STREAMED = {"commit.retry.num-retries": "0"}
"""A commit that was overtaken is checked again by us before it is tried again: it may have become a repetition."""


class Tables:
    """The tables of one home; ``file`` names its catalog."""

    def __init__(self, home: Path, file: str = CATALOG) -> None:
        self.home = home.resolve()
        self.file = self.home / file

    @cached_property
    def catalog(self) -> "SqlCatalog":
        """The Iceberg catalog, made where it is new, registered anew where the home was moved or copied."""
        try:
            catalog = self._opened(self.file)
            if not lies_in(self.home, catalog):
                catalog.close()
                settle(self.home, self.file, self._opened)
                catalog = self._opened(self.file)
        except Exception as error:  # SQLAlchemy's and pyiceberg's trees share no root
            raise TableError(f"{self.file} cannot be opened: {one_line(error)}") from error
        return catalog

    def _opened(self, file: Path) -> "SqlCatalog":
        from pyiceberg.catalog.sql import SqlCatalog

        escaped = str(file).replace("%", "%25").replace("?", "%3F")
        catalog = SqlCatalog("topheavy", uri=f"sqlite:///{escaped}", warehouse=root(self.home))
        catalog.create_namespace_if_not_exists(NAMESPACE)
        return catalog

    def open(self, dataset: Dataset) -> "Table":
        """Return the dataset's Iceberg table, made where it is new."""
        return self.find(dataset) or self._make(f"{NAMESPACE}.{dataset.name}", dataset)

    def find(self, dataset: Dataset) -> "Table | None":
        """Return the dataset's Iceberg table, ``None`` while it was never written."""
        from pyiceberg.exceptions import NoSuchTableError

        with told(f"{dataset.name} cannot be opened", remedy(dataset)):
            try:
                return _grown(self.catalog.load_table(f"{NAMESPACE}.{dataset.name}"), dataset)
            except NoSuchTableError:
                return None

    def exists(self, dataset: Dataset) -> bool:
        """Say whether the dataset's table was ever written; it is not opened, so it may be damaged."""
        return (NAMESPACE, dataset.name) in self.catalog.list_tables(NAMESPACE)

    def _make(self, name: str, dataset: Dataset) -> "Table":
        """Make a table in one commit, so that a kill leaves no table without its partition."""
        from pyiceberg.exceptions import TableAlreadyExistsError
        from pyiceberg.transforms import DayTransform, MonthTransform

        properties = PROPERTIES | (STREAMED if dataset.layer is Layer.STREAMED else {}) | {"comment": dataset.grain}
        with (
            suppress(TableAlreadyExistsError),  # another process was faster
            self.catalog.create_table_transaction(name, schema=_described(dataset), properties=properties) as making,
        ):
            if dataset.month_of:
                with making.update_spec() as spec:
                    spec.add_field(dataset.month_of, MonthTransform(), f"{dataset.month_of}_month")
            if dataset.day_of:
                with making.update_spec() as spec:
                    spec.add_field(dataset.day_of, DayTransform(), f"{dataset.day_of}_day")
        return self.catalog.load_table(name)


def _grown(table: "Table", dataset: Dataset) -> "Table":
    """Add the columns that the dataset has gained since the table was made; its rows hold nothing there."""
    if not set(dataset.schema.names) - set(table.schema().column_names):
        return table
    with table.update_schema() as schema:
        schema.union_by_name(dataset.schema)
    return table


@contextmanager
def told(what: str, advice: str) -> Iterator[None]:
    """Give our name to whatever the Iceberg library raises: its errors and those of the layers below share no root."""
    try:
        yield
    except TopheavyError:
        raise
    except Exception as error:
        raise TableError(f"{what}: {one_line(error)}; {advice}") from error


def remedy(dataset: Dataset) -> str:
    """Return what to do about a table that cannot be read."""
    if dataset.published:
        return "make the tables anew from the lake: topheavy refine --again"
    return "restore its files: nothing else holds these rows"


def _described(dataset: Dataset) -> pa.Schema:
    """Return the dataset's schema with what each column means, in the form that becomes an Iceberg column's doc."""
    return pa.schema(
        field.with_metadata({"doc": _about(column.meaning, column.unit)})
        for field, column in zip(dataset.schema, dataset.all_columns, strict=True)
    )


def _about(meaning: str, unit: str) -> str:
    return f"{meaning} [{unit}]" if unit else meaning


def empty(dataset: Dataset) -> pa.Table:
    """Return no rows of a dataset."""
    return dataset.schema.empty_table()
