"""The hostile vendor itself: a middleware that leads every call through the faults that strike it."""

from collections import Counter
from collections.abc import Callable, Iterable
from time import monotonic
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topheavy.simulator.api.app import Middleware
from topheavy.simulator.hostile.act import Act
from topheavy.simulator.hostile.call import Call
from topheavy.simulator.hostile.habits import days_of
from topheavy.simulator.hostile.rule import Asked, Rule
from topheavy.simulator.hostile.script import read_script

FAULTS_HEADER = b"x-topheavy-faults"
"""Every answer a fault has touched names it here, so that who practises knows what was met."""

_SECRETS = frozenset({"apikey"})


def hostile(script: str, now: Callable[[], float] = monotonic) -> Middleware:
    """Return the middleware that plays a script of faults, one line of text or the name of a TOML file.

    Raises:
        UsageError: when the script cannot be read.
    """
    rules = read_script(script)
    return lambda app: Hostile(app, rules, now)


class Hostile:
    """The API behind it, led through the faults of its rules."""

    def __init__(self, app: ASGIApp, rules: Iterable[Rule], now: Callable[[], float] = monotonic) -> None:
        self._app, self._now, self._began = app, now, now()
        self._acts: list[tuple[Rule, Act]] = [(rule, rule.fault.make(rule.given)) for rule in rules]
        self._asks: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, or what is left of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = self._asked(scope)
        striking = [(rule, act) for rule, act in self._acts if rule.strikes(call)]
        way = self._app
        for rule, act in reversed(striking):
            way = self._led(rule, act, call, way)
        await way(scope, receive, _naming([rule.fault.name for rule, _ in striking], send))

    def _asked(self, scope: Scope) -> Asked:
        path, query = scope["path"], parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        request = f"{path}?{urlencode(sorted(item for item in query if item[0].lower() not in _SECRETS))}"
        self._asks[request] += 1
        return Asked(request, path, tuple(days_of(request)), self._asks[request], self._now() - self._began)

    def _led(self, rule: Rule, act: Act, call: Asked, rest: ASGIApp) -> ASGIApp:
        async def led(scope: Scope, receive: Receive, send: Send) -> None:
            await act(Call(scope, receive, send, rest, rule.dice(call), self._now))

        return led


def _naming(faults: list[str], send: Send) -> Send:
    """Return a ``send`` that names the faults in the answer's head."""
    header = (FAULTS_HEADER, ", ".join(faults).encode())

    async def name(message: Message) -> None:
        if faults and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], header]}
        await send(message)

    return name
