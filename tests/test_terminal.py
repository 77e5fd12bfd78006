"""What a person reads of long work."""

import pytest

from topheavy import terminal
from topheavy.jobs.schedule.single import Between


def test_lines_end_with_what_was_said_last(capsys: pytest.CaptureFixture[str]) -> None:
    heard = Between(terminal.progress(as_json=False))
    heard.start("training", 3)
    for loss in ("0.9", "0.5"):
        heard.say(f"loss {loss}")
        heard.advance()
    heard.finish()
    heard.start("writing", 1)
    heard.advance()
    heard.finish()
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("  training: 2 of 3 in ")
    assert first.endswith(" s, loss 0.5")
    assert second.endswith(" s")
    assert "loss" not in second
