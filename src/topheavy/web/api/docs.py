"""The description of the JSON interface as a page of its own: nothing on it comes from elsewhere."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any

from topheavy.web.frame.theme import variables

Schema = dict[str, Any]


def describe(openapi: Schema) -> str:
    """Return the page for an OpenAPI description: every route, what it takes, what it answers, and a link to try."""
    page = files("topheavy.web").joinpath("assets", "docs.html").read_text()
    operations = [(path, way, route) for path, ways in openapi["paths"].items() for way, route in ways.items()]
    routes = "\n".join(_route(path, way, route, openapi) for path, way, route in operations)
    return page.replace("/*palette*/", variables()).replace("<!--routes-->", routes)


def _route(path: str, method: str, route: Schema, openapi: Schema) -> str:
    response = next(item for status, item in route["responses"].items() if status.startswith("2"))
    answer, body = _followed(_json_of(response), openapi), _followed(_json_of(route.get("requestBody", {})), openapi)
    door = f'<p><a class="button" href="{escape(path)}">Try it</a></p>' if method == "get" else ""
    return (
        f'<section class="card route" id="{escape(path)}"><h2><code>{method.upper()} {escape(path)}</code></h2>'
        f"<p>{escape(route.get('description', ''))}</p>{_parameters(route.get('parameters', []), openapi)}"
        f"{_table('Body (JSON)', _fields(body, openapi))}"
        f"<h3>Answer</h3><table>{''.join(_fields(answer, openapi))}</table>{door}</section>"
    )


def _json_of(content: Schema) -> Schema:
    return dict(content.get("content", {}).get("application/json", {}).get("schema", {}))


def _table(title: str, rows: Iterator[str]) -> str:
    cells = "".join(rows)
    return f"<h3>{title}</h3><table>{cells}</table>" if cells else ""


def _parameters(parameters: list[Schema], openapi: Schema) -> str:
    if not parameters:
        return ""
    rows = "".join(
        _row(item["name"], _type(item["schema"], openapi), _described(item, item["schema"])) for item in parameters
    )
    return f"<h3>Parameters</h3><table>{rows}</table>"


def _described(item: Schema, schema: Schema) -> str:
    default = schema.get("default")
    return f"{item.get('description', '')}" + (f" (default: {default})" if default is not None else "")


def _fields(schema: Schema, openapi: Schema, before: str = "") -> Iterator[str]:
    """Yield a row a field, those of nested answers under a dotted name."""
    for name, field in schema.get("properties", {}).items():
        yield _row(f"{before}{name}", _type(field, openapi), field.get("description", ""))
        nested = _followed(field.get("items", field), openapi)
        if nested.get("properties"):
            yield from _fields(nested, openapi, f"{before}{name}{'[]' if 'items' in field else ''}.")


def _type(schema: Schema, openapi: Schema) -> str:
    """Name a type as people would."""
    if "anyOf" in schema:
        return " or ".join(
            "nothing" if item.get("type") == "null" else _type(item, openapi) for item in schema["anyOf"]
        )
    resolved = _followed(schema, openapi)
    if "enum" in resolved:
        return " or ".join(str(value) for value in resolved["enum"])
    if resolved.get("type") == "array":
        return f"list of {_type(resolved['items'], openapi)}"
    return str(
        resolved.get("format") or resolved.get("title")
        if "properties" in resolved
        else resolved.get("format") or resolved["type"]
    )


def _followed(schema: Schema, openapi: Schema) -> Schema:
    """Return the schema itself, or the one it refers to."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return dict(openapi["components"]["schemas"][name]) if name else schema


def _row(name: str, kind: str, meaning: str) -> str:
    return f"<tr><th scope='row'><code>{escape(name)}</code></th><td>{escape(kind)}</td><td>{escape(meaning)}</td></tr>"
