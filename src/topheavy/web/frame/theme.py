"""How everything looks, light and dark: one palette, from which the style sheet and the figures both draw."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

GRID_THEME = """themeQuartz.withParams({
    fontFamily: 'inherit', fontSize: 14, headerFontSize: 12, headerFontWeight: 600,
    spacing: 6, cellHorizontalPadding: 10,
    backgroundColor: 'var(--card)', foregroundColor: 'var(--ink)', borderColor: 'var(--line)',
    headerBackgroundColor: 'var(--card)', headerTextColor: 'var(--muted)', rowHoverColor: 'var(--faint)',
    accentColor: 'var(--accent)', wrapperBorder: false, columnBorder: false, browserColorScheme: 'inherit'
})"""


FONT = (
    'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", '
    '"Liberation Sans", Arial, sans-serif'
)


@dataclass(frozen=True, slots=True)
class Look:
    """A palette: paper and ink, one accent for what the page is about, grey for the rest."""

    paper: str
    card: str
    ink: str
    muted: str
    line: str
    accent: str
    accent_soft: str
    rest: str
    """Grey of what is not the subject: the compared day, the index's total."""
    faint: str
    """Grey of a stretch without figures."""
    warn: str
    warn_ink: str


LIGHT = Look(
    paper="#f7f6f3",
    card="#ffffff",
    ink="#1a1e23",
    muted="#5a626c",
    line="#e4e1db",
    accent="#0b6b80",
    accent_soft="rgba(11, 107, 128, 0.14)",
    rest="#b9bec5",
    faint="rgba(90, 98, 108, 0.13)",
    warn="#ffb931",
    warn_ink="#241800",
)
DARK = Look(
    paper="#101316",
    card="#181c21",
    ink="#edf0f3",
    muted="#a4aeb9",
    line="#2b3138",
    accent="#4cc0d6",
    accent_soft="rgba(76, 192, 214, 0.18)",
    rest="#59626d",
    faint="rgba(164, 174, 185, 0.15)",
    warn="#ffb931",
    warn_ink="#241800",
)
LOOKS: Mapping[str, Look] = MappingProxyType({"light": LIGHT, "dark": DARK})


def look(scheme: str | None) -> Look:
    """Return the palette of a colour scheme, light where it is not known yet."""
    return LOOKS.get(scheme or "light", LIGHT)


def variables() -> str:
    """Return both palettes as CSS variables; before Mantine has named the scheme, the system's wish decides."""
    named = [f":root[data-mantine-color-scheme='{scheme}'] {{ color-scheme: {scheme}; {_declared(item)} }}"
             for scheme, item in LOOKS.items()]  # fmt: skip
    dark = f":root:not([data-mantine-color-scheme]) {{ {_declared(DARK)} }}"
    first = [f":root {{ --font: {FONT}; {_declared(LIGHT)} }}", f"@media (prefers-color-scheme: dark) {{ {dark} }}"]
    return "\n".join(first + named)


def _declared(item: Look) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in asdict(item).items())


def template(item: Look) -> dict[str, Any]:
    """Return the figures' template: bare, quiet, with hover boxes that belong to the page."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "tickfont": {"color": item.muted, "size": 12},
        "automargin": False,
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": item.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [item.accent, item.rest],
            "xaxis": axis,
            "yaxis": {**axis, "showgrid": True, "gridcolor": item.line, "gridwidth": 1},
            "hoverlabel": {
                "bgcolor": item.card,
                "bordercolor": item.line,
                "font": {"family": FONT, "size": 13, "color": item.ink},
                "align": "left",
            },
            "showlegend": False,
            "dragmode": False,
        }
    }


THEME: Mapping[str, Any] = MappingProxyType(
    {
        "fontFamily": "var(--font)",
        "primaryColor": "lake",
        "primaryShade": {"light": 7, "dark": 4},
        "defaultRadius": "md",
        "colors": {
            "lake": [
                "#e6f5f8",
                "#cfe9ee",
                "#a1d3dc",
                "#70bccb",
                "#4cc0d6",
                "#2f9db2",
                "#17839a",
                "#0b6b80",
                "#085768",
                "#04404d",
            ]
        },
    }
)
"""Mantine's theme: the same accent for its own controls."""
