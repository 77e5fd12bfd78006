"""Reading a script of faults: one line such as ``502:5%,latency:50ms``, or a TOML file of rules."""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from topheavy.core.errors import UsageError, one_line
from topheavy.simulator.hostile.rule import Rule
from topheavy.simulator.hostile.table import FAULTS, WHEN, Fault, Setting

SEED = 7
ADVICE = "'topheavy simulate --faults list' prints every fault and its settings"
_EXAMPLE = 'write "502:5%,latency:50ms", or a TOML file of [[fault]] rules'

Words = Mapping[str, str]
"""A rule as it is written: its settings by name, not read yet."""


def read_script(text: str) -> tuple[Rule, ...]:
    """Return the rules of a script, or of the TOML file it names, in the order in which a call meets them.

    Raises:
        UsageError: when it cannot be read; the message says what to write instead.
    """
    is_file = text.endswith(".toml")
    seed, written = _of_file(Path(text)) if is_file else _of_line(text)
    rules = [_rule(name, words, f"{seed}|{place}|{name}") for place, (name, words) in enumerate(written)]
    return tuple(sorted(rules, key=lambda rule: rule.fault.stage))


def _of_line(text: str) -> tuple[str, list[tuple[str, Words]]]:
    seed, written = str(SEED), []
    for item in filter(None, (part.strip() for part in text.split(","))):
        if item.startswith("seed="):
            seed = _whole(item.removeprefix("seed="))
        else:
            name, *words = item.split(":")
            written.append((name, _named(_known(name), words)))
    return seed, written


def _named(fault: Fault, parts: Iterable[str]) -> Words:
    """Return the settings by name; one without a name is the share, or else the fault's own first."""
    words: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        name, value = (name, value) if equals else (_meant(fault, part), part)
        if name in words:
            raise UsageError(f"fault '{fault.name}': '{name}' is given twice ('{words[name]}', '{value}'): keep one")
        words[name] = value
    return words


def _meant(fault: Fault, value: str) -> str:
    """Return which setting a value without a name is for; a bare whole number is never a share."""
    likely: list[Setting] = [*WHEN[: not value.isdecimal()], *fault.settings[:1]]
    for setting in likely:
        if _reads(setting, value):
            return setting.name
    forms = " or ".join(f"{setting.name}={setting.kind.written.split(' or ')[0]}" for setting in likely)
    raise UsageError(f"fault '{fault.name}': '{value}' says nothing here: write {forms or 'share=0.05'}; {ADVICE}")


def _reads(setting: Setting, value: str) -> bool:
    try:
        setting.kind.read(value)
    except ValueError:
        return False
    return True


def _of_file(path: Path) -> tuple[str, list[tuple[str, Words]]]:
    try:
        script = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; {_EXAMPLE}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not valid TOML ({one_line(error)}); {_EXAMPLE}") from error
    rules, others = script.get("fault"), sorted(script.keys() - {"seed", "fault"})
    if others or not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        odd = f"has no use for '{others[0]}'" if others else "has no [[fault]]"
        raise UsageError(f"{path} {odd}: it may hold a seed, and a [[fault]] with a name for every rule")
    return _whole(str(script.get("seed", SEED))), [_of_table(path, rule) for rule in rules]


def _of_table(path: Path, rule: dict[str, Any]) -> tuple[str, Words]:
    words = {name: _word(value) for name, value in rule.items()}
    if "name" not in words:
        raise UsageError(f'{path}: a [[fault]] has no name: write name = "502"; {ADVICE}')
    return words.pop("name"), words


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _whole(text: str) -> str:
    if not text.removeprefix("-").isdecimal():
        raise UsageError(f"the seed of the faults is '{text}': give a whole number, such as seed=7")
    return text


def _known(name: str) -> Fault:
    if name not in FAULTS:
        near = get_close_matches(name, FAULTS, 1)
        raise UsageError(f"there is no fault '{name}'{f', did you mean {near[0]!r}?' if near else ';'} {ADVICE}")
    return FAULTS[name]


def _rule(name: str, words: Words, salt: str) -> Rule:
    fault = _known(name)
    names = {setting.name for setting in (*fault.settings, *WHEN)}
    if unknown := sorted(words.keys() - names):
        raise UsageError(f"fault '{name}' has no '{unknown[0]}': it knows {', '.join(sorted(names))}; {ADVICE}")
    settings = {s.name: _value(fault, s, words.get(s.name, s.usual)) for s in fault.settings}
    usual = {"asks": fault.asks} if fault.asks and not words.keys() & {"asks", "until"} else {}
    texts = {**usual, **words}
    when = {s.name: _value(fault, s, texts[s.name]) for s in WHEN if s.name in texts}
    return Rule(fault, settings, when, salt)


def _value(fault: Fault, setting: Setting, text: str) -> Any:
    try:
        return setting.kind.read(text)
    except ValueError as error:
        raise UsageError(
            f"fault '{fault.name}': {setting.name} is '{text}', which is no {setting.kind.name}: "
            f"write {setting.kind.written}"
        ) from error
