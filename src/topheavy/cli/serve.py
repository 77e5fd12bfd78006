"""What goes on until Ctrl-C: the pages, and a market to practise on."""

from typing import Annotated

import typer

from topheavy import terminal
from topheavy.cli.app import HomeOption, PortOption, app
from topheavy.core.settings import read_settings


@app.command()
def serve(home: HomeOption = None, port: PortOption = 8050) -> None:
    """Serve the pages and the JSON API on this machine, until Ctrl-C."""
    from topheavy.jobs.serve.serve import serve as job

    job(read_settings(home), port, terminal.address)


@app.command()
def simulate(
    port: Annotated[int, typer.Option(help="Port of the API (0: any free one).")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed is the same market.")] = 7,
    companies: Annotated[int, typer.Option(help="How many companies.", min=30)] = 500,
    faults: Annotated[
        str, typer.Option(help='Faults to play: "502:5%,latency:50ms", a TOML file, or list to print them all.')
    ] = "",
) -> None:
    """Serve a simulated market behind its vendors' HTTP API, to practise on, until Ctrl-C."""
    from topheavy.jobs import demo as job

    if faults in ("list", "help"):
        terminal.say(job.known_faults())
        return
    job.simulate(seed=seed, companies=companies, port=port, faults=faults)
