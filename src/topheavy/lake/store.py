"""Where bytes rest: a folder or a bucket, written once, never changed."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, from_url

from topheavy.core.errors import LakeError, one_line
from topheavy.core.files.durable import write_once


class Store:
    """A thin seam over an object store: put once, get, list. Paths are relative, with ``/``."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._folder = None if "://" in root else Path(root)
        try:
            self._store: Any = from_url(root) if "://" in root else LocalStore(root, mkdir=True)
        except (BaseError, OSError, ValueError) as error:
            raise LakeError(f"{root} cannot be opened as a raw zone: {one_line(error)}") from error

    def put_once(self, path: str, content: bytes) -> bool:
        """Write ``content`` unless the path exists; say whether it was written.

        What was written to a folder outlasts a power failure.

        Raises:
            LakeError: when it cannot be written; nothing is left under the path.
        """
        try:
            if self._folder:
                return write_once(self._folder / _inside(path), content)
            obstore.put(self._store, path, content, mode="create")
        except AlreadyExistsError:
            return False
        except (BaseError, OSError, ValueError) as error:
            raise LakeError(f"{self.root}/{path} cannot be written: {one_line(error)}") from error
        return True

    def get(self, path: str) -> bytes:
        """Return the bytes at ``path``."""
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except (BaseError, OSError, ValueError) as error:
            raise LakeError(f"{self.root}/{path} cannot be read: {one_line(error)}") from error

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every path under ``prefix``."""
        try:
            for batch in obstore.list(self._store, prefix or None):
                for item in batch:
                    yield str(item["path"])
        except (BaseError, OSError, ValueError) as error:
            raise LakeError(f"{self.root}/{prefix} cannot be listed: {one_line(error)}") from error


def _inside(path: str) -> PurePosixPath:
    """Return a path that stays below the root, as an object store reads it."""
    parts = path.split("/")
    if "" in parts or "." in parts or ".." in parts:
        raise ValueError("a path has no empty part, no '.' and no '..'")
    return PurePosixPath(path)
