"""The command line: one command per leg of the road; exit 0 done, 1 failed, 2 misused."""

from typing import Annotated

import typer

from topheavy import terminal
from topheavy.cli import exposure, files, forecast, road, see, serve, stream
from topheavy.cli.app import app
from topheavy.core.errors import TopheavyError, UsageError, one_line
from topheavy.core.log.lines import Form, write_log
from topheavy.core.version import __version__

__all__ = ["app", "exposure", "files", "forecast", "main", "road", "see", "serve", "stream"]

LogOption = Annotated[Form | None, typer.Option(help="Log what is done, on standard error: lines, or JSON objects.")]


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="The same as --log text.")] = False,
    log: LogOption = None,
) -> None:
    if log or verbose:
        write_log(log or Form.TEXT)
    if version:
        terminal.say(f"topheavy {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error of ours is one line on standard error."""
    try:
        app(standalone_mode=False)
    except typer.Abort:
        terminal.fail("stopped")
        raise SystemExit(130) from None
    except TopheavyError as error:
        terminal.fail(one_line(error))
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    except KeyboardInterrupt:
        terminal.fail("stopped; what was brought home is safe, run the same command to go on")
        raise SystemExit(130) from None
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        terminal.fail(one_line(error.format_message() if hasattr(error, "format_message") else error))
        raise SystemExit(error.exit_code) from None
