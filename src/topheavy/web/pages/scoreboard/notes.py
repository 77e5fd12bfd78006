"""The words around the scoreboard: what to run where nothing was tried, and how to read its figures."""

from dash import html

from topheavy.web.frame.page import Component

_TERMS = (
    (
        "Naive",
        "“tomorrow = today”: the next session's price is today's, its return is zero. What every model has to beat.",
    ),
    (
        "Error ÷ naive's",
        "root mean square error of the model divided by naive's, on the very same days, from rolling origins; "
        "nothing that became known later is seen. Below 1 is better. The line through the dot is a 95 % interval.",
    ),
    (
        "p, Holm",
        "how likely a difference as large as this is by chance, where there is none (Diebold-Mariano test, corrected "
        "for small samples and overlap), corrected for having tried many models (Holm). Above 0.05 the verdict is: no "
        "evidence of skill.",
    ),
    ("Direction", "how often the sign of the change was foretold, with its 95 % interval. A coin has 50 %."),
    ("Interval", "how often what came lay within the model's interval; it should be as often as the interval claims."),
    (
        "Lagged copy",
        "the model's line follows the actual one by the horizon: it looks right in a chart, and says nothing of what "
        "comes.",
    ),
    ("Sharpe", "yearly return by its deviation of trading on the forecasts, after costs, beside that of holding."),
    (
        "Drift",
        "an alarm when the errors of live forecasts grow beyond what chance would let those of the backtest grow.",
    ),
)

NOTHING_TRIED: Component = html.Section(
    [
        html.H1("No model was tried here yet"),
        html.P("This page says whether any model forecasts better than “tomorrow = today”. To find out, on what is "
               "published here:"),
        html.Pre("topheavy forecast backtest --target price --horizon 1"),
        html.P("To train a model and register it, so that it can be asked and watched:"),
        html.Pre("topheavy forecast train --model drift"),
        html.P("Then load this page again."),
    ],
    className="card empty",
    id="scoreboard-nothing",
)  # fmt: skip


def how_to_read() -> Component:
    """Explain the words used on the page."""
    terms = [part for term, meaning in _TERMS for part in (html.Dt(term), html.Dd(meaning))]
    return html.Details([html.Summary("How to read these figures"), html.Dl(terms)], className="card read")


def no_singles() -> Component:
    """Say why there are no charts, where a backtest was too large to keep every forecast."""
    return html.P("Of this backtest only the accounts are kept: it made too many forecasts to keep each. Try fewer "
                  "securities to see them one by one.", className="fine")  # fmt: skip
