"""Reading a table's files where they lie now, by the paths they had."""

from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

FROM, TO = "moved.from", "moved.to"
"""Properties: the folder that paths begin with, and the one that has taken its place."""


class MovedIO(PyArrowFileIO):
    """Reads a file that is asked for by where it was from where it is."""

    def new_input(self, location: str) -> PyArrowFile:
        """Return the file at its new place."""
        return super().new_input(moved(location, self.properties[FROM], self.properties[TO]))


def moved(location: str, there: str, here: str) -> str:
    """Return the new path of a file that lay in ``there``."""
    return here + location.removeprefix(there) if location.startswith(f"{there}/") else location
