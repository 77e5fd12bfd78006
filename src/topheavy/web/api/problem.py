"""What the JSON interface says when there is no answer, and to a ping."""

from pydantic import Field

from topheavy.answers.evidence import Fact


class Pong(Fact):
    """The answer to a ping."""

    status: str = "ok"


class Problem(Fact):
    """Why there is no answer, and what to do."""

    error: str = Field(description="a stable word for programs", examples=["unknown"])
    message: str = Field(description="one sentence for people")
