"""The demo: a made-up market goes the whole road, streams through the practice broker, and is forecast."""

from topheavy.jobs.demo.road import MANIFEST, SEED, SINCE, UNTIL, demo, known_faults, simulate, simulated_settings

__all__ = ["MANIFEST", "SEED", "SINCE", "UNTIL", "demo", "known_faults", "simulate", "simulated_settings"]
