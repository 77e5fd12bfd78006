"""Reference data of a live market: share counts of the newest published session, and today's groups."""

import pyarrow.compute as pc

from topheavy.datasets.schema import dataset
from topheavy.stream.processor import Given
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import read


def given(tables: Tables) -> Given:
    """Return the share counts of the newest published session, and today's groups."""
    caps = read(tables, dataset("market_caps"), columns=("session", "security", "issuer", "shares"))
    newest = caps.filter(pc.equal(caps["session"], pc.max(caps["session"])))
    groups = read(tables, dataset("groups"), columns=("group", "security", "until"))
    now = groups.filter(pc.is_null(groups["until"]))
    return Given(newest.select(["security", "issuer", "shares"]), now.select(["group", "security"]))
