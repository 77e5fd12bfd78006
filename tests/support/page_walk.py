"""A page gone through as a browser does it: its layout, then every callback, by every input of it in turn.

It is no browser: what runs in one alone (clientside functions) is left out, and what a reader would do is done
by writing what that leaves in a component: a click, a tick, a grid's wish for rows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient

TOUCHES: dict[str, Any] = {
    "n_clicks": 1,
    "n_intervals": 1,
    "getRowsRequest": {"startRow": 0, "endRow": 100, "sortModel": []},
    "clickData": {"points": [{"x": "2024-03-28"}]},
}
"""Properties that a reader or the clock moves, and what they hold then."""

GIVEN = {("shell-scheme", "data"): "light"}
"""What a clientside function would say."""

MOST_ROUNDS = 8

Place = tuple[str, str]
"""A component's id and one of its properties."""


@dataclass
class Walk:
    """What came of going through a page: the callbacks called, and what it told the reader of its own failures."""

    values: dict[Place, Any] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)


def walk(client: TestClient, path: str) -> Walk:
    """Open the page at ``path`` and call every callback of whatever stands on it."""
    told = Walk(dict(GIVEN))
    callbacks = _callbacks(client)
    _place(told, client.get("/_dash-layout").json())
    told.values["shell-address", "pathname"] = path
    for _ in range(MOST_ROUNDS):
        before = json.dumps(sorted(told.values.items()), default=str)
        for callback in _of_this_page(callbacks, told):
            if callback["output"] not in told.called and not callback.get("prevent_initial_call"):
                _call(client, told, callback, [])
        _touch_all(client, told, callbacks)
        if json.dumps(sorted(told.values.items()), default=str) == before:
            break
    return told


def callbacks_of(client: TestClient, page: str) -> set[str]:
    """The outputs of every callback that a page registered, as Dash writes them."""
    outputs = {item["output"] for item in _callbacks(client)}
    return {output for output in outputs if output.lstrip(".").startswith(f"{page}-")}


def _callbacks(client: TestClient) -> list[dict[str, Any]]:
    return [item for item in client.get("/_dash-dependencies").json() if not item.get("clientside_function")]


def _touch_all(client: TestClient, told: Walk, callbacks: list[dict[str, Any]]) -> None:
    for callback in _of_this_page(callbacks, told):
        for item in callback["inputs"]:
            moves = item["property"] in TOUCHES or told.values.get((item["id"], item["property"])) is not None
            if moves and item["id"] != "shell-address":
                _call(client, told, callback, [f"{item['id']}.{item['property']}"])


def _of_this_page(callbacks: list[dict[str, Any]], told: Walk) -> list[dict[str, Any]]:
    """The callbacks all of whose inputs stand on the page now."""
    here = {place for place, _ in told.values}
    return [item for item in callbacks if {needed["id"] for needed in item["inputs"]} <= here]


def _call(client: TestClient, told: Walk, callback: dict[str, Any], touched: list[str]) -> None:
    outputs = [dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
               for part in callback["output"].strip(".").split("...")]  # fmt: skip
    asked = {
        "output": callback["output"],
        "outputs": outputs if callback["output"].startswith("..") else outputs[0],
        "inputs": [_valued(told, item, touched) for item in callback["inputs"]],
        "state": [_valued(told, item, []) for item in callback.get("state", [])],
        "changedPropIds": touched,
    }
    told.called.add(callback["output"])
    response = client.post("/_dash-update-component", json=asked, headers={"Origin": str(client.base_url)})
    if response.status_code == 204:
        return
    assert response.status_code == 200, f"{callback['output']}: {response.status_code} {response.text}"
    body = response.json()
    for moved in (body.get("sideUpdate") or {}, body.get("response") or {}):
        for name, properties in moved.items():
            for key, value in properties.items():
                told.values[name, key] = value
                _place(told, value)
    if notice := (body.get("sideUpdate") or {}).get("shell-notice", {}).get("children"):
        told.notices.append(notice)


def _valued(told: Walk, item: dict[str, str], touched: list[str]) -> dict[str, Any]:
    place = item["id"], item["property"]
    value = told.values.get(place)
    if f"{place[0]}.{place[1]}" in touched:
        value = TOUCHES.get(item["property"], value)
    return {"id": item["id"], "property": item["property"], "value": value}


def _place(told: Walk, layout: Any) -> None:
    """Take in the properties of every component of a layout that has an id."""
    for component in _components(layout):
        properties = component["props"]
        if isinstance(name := properties.get("id"), str):
            told.values.setdefault((name, "id"), name)
            for key, value in properties.items():
                told.values[name, key] = value


def _components(layout: Any) -> Iterator[dict[str, Any]]:
    if isinstance(layout, list):
        for part in layout:
            yield from _components(part)
    elif isinstance(layout, dict) and "props" in layout and "namespace" in layout:
        yield layout
        yield from _components(layout["props"].get("children"))
