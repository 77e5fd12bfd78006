"""The address under which a hosting service finds the app: ``topheavy.jobs.serving:hosted``."""

from topheavy.jobs.serve.serve import hosted

__all__ = ["hosted"]
