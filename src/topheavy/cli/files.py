"""Files of one's own: a manifest is proposed from what they show."""

from pathlib import Path
from typing import Annotated

import typer

from topheavy import terminal
from topheavy.cli.app import JsonOption, app
from topheavy.terminal.as_json import written

MOST = 40
"""Lines printed where nobody asked for all."""

files = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(files, name="files", help="Files of your own: what a manifest would say of them.")


@files.command()
def propose(
    folder: Annotated[Path, typer.Argument(help="The folder that the files lie in.")],
    to: Annotated[Path | None, typer.Option(help="Where to write it (default: topheavy.toml in the folder).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at a folder's files and write a manifest, with questions where they do not show what is meant."""
    from topheavy.jobs.files.propose import propose_manifest as job

    manifest, found = job(folder, to)
    plain = {
        "manifest": str(manifest),
        "files": found.files,
        "text": found.text,
        "questions": found.questions,
        "not_understood": [{"file": file, "reason": reason} for file, reason in found.not_understood],
    }
    if as_json:
        terminal.say(written(plain))
        return
    terminal.say(f"  {found.files:,} files looked at; the manifest is {manifest}")
    lines = [f"question: {question}" for question in found.questions]
    lines += [f"not understood: {file}: {reason}" for file, reason in found.not_understood]
    for line in lines[:MOST]:
        terminal.say(f"  {line}")
    if len(lines) > MOST:
        terminal.say(f"  … and {len(lines) - MOST:,} more: --json lists them all")
