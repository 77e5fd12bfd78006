"""Proposing a manifest: the folder is looked at, and the manifest written beside its files or where it is wanted."""

import os
from pathlib import Path

from topheavy.core.errors import UsageError
from topheavy.core.files.durable import write_over
from topheavy.sources.manifest.propose import Proposal, propose

NAME = "topheavy.toml"


def propose_manifest(folder: Path, to: Path | None = None) -> tuple[Path, Proposal]:
    """Write what is proposed for a folder's files, and return where it is and what it asks.

    Raises:
        UsageError: when the folder holds no tables, or there is a manifest already.
    """
    manifest = to or folder / NAME
    if manifest.exists():
        raise UsageError(f"{manifest} is there already and is not written over: name another with --to")
    proposal = propose(folder)
    elsewhere = manifest.resolve().parent != folder.resolve()
    where = f'folder = "{os.path.relpath(folder.resolve(), manifest.resolve().parent)}"\n\n' if elsewhere else ""
    try:
        write_over(manifest, (where + proposal.text).encode())
    except OSError as error:
        raise UsageError(f"{manifest} cannot be written ({error.strerror}): name another place with --to") from error
    return manifest, proposal
