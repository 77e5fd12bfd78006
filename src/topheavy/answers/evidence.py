"""Evidence: what stands beside every answer, and the frozen facts that answers are made of."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from topheavy.answers.published import Published, remembered


class Fact(BaseModel):
    """The base of every model of an answer: its fields cannot be changed once it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Fact):
    """What stands beside every answer."""

    world: str = Field(description="real, or simulated: a market that never was", examples=["real"])
    published_at: datetime = Field(description="when these figures were published (UTC)")
    fingerprint: str = Field(description="the same fingerprint means the same data, questions and settings")


@remembered
def noted(view: Published) -> dict[str, str]:
    """Return what was noted at publication: world, time, fingerprint, version, coverage floor."""
    return {row["name"]: row["value"] for row in view.ask(ABOUT)}


@remembered
def evidence(view: Published) -> dict[str, Any]:
    """Return what stands beside every answer, ready for an ``Evidence``."""
    about = noted(view)
    stated = Evidence(
        world=about["world"],
        published_at=datetime.fromisoformat(about["published_at"]),
        fingerprint=about["fingerprint"],
    )
    return stated.model_dump()


ABOUT = "SELECT name, value FROM published"
