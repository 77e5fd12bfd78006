"""A parser's fault stays with its answer: whatever breaks while it is read, that answer is refused with its reason."""

from polars.exceptions import PanicException

from topheavy.core.errors import Malformed, TopheavyError, one_line
from topheavy.core.units import Answer
from topheavy.datasets.schema import dataset
from topheavy.sources.vendor import Parsed, Source


def parse_guarded(source: Source, answer: Answer) -> Parsed:
    """Return what ``source`` reads in ``answer``, with every table in its dataset's schema.

    Raises:
        Malformed: when it cannot be read, for whatever reason; the message names the unit.
    """
    unit = answer.unit.id
    try:
        parsed = source.parse(answer)
    except Malformed:
        raise
    except TopheavyError as error:
        raise Malformed(f"{unit}: {one_line(error)}") from error
    except (Exception, PanicException) as error:  # one odd answer must not end the others' work
        what = f"{type(error).__name__}: {one_line(error)[:200]}"
        raise Malformed(
            f"{unit}: {source.name} cannot read it ({what}); its bytes are kept, the others go on"
        ) from error
    for name, rows in parsed.tables.items():
        if not rows.schema.equals(dataset(name).parsed_schema):
            raise Malformed(f"{unit}: {source.name} gave {name} with other columns than the dataset's")
    return parsed
