"""What a program reads of a command: JSON and nothing else, whatever numbers there are."""

import json
from collections.abc import Mapping
from math import isfinite

NO_NUMBER = "NaN and infinities, which JSON does not know, are written as null"


def written(value: object) -> str:
    """Write JSON and nothing else: what is no number is null, and a note says so."""
    try:
        return json.dumps(value, default=str, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError:
        plain = _finite(value)
        noted = plain | {"note": NO_NUMBER} if isinstance(plain, dict) else plain
        return json.dumps(noted, default=str, indent=1, ensure_ascii=False, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
