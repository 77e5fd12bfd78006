"""Tags: whoever has the answer of this publication already is told so, and sent nothing."""

from collections.abc import Callable

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from topheavy.answers.evidence import noted
from topheavy.web.services import View

NOT_MODIFIED = 304


def headers_of(view: View, form: str) -> dict[str, str]:
    """Return the headers of every answer of the publication in a format: one address has one answer until the next.

    Raises:
        NotPublished: while nothing is published.
    """
    about = noted(view)
    tag = f'"{about["fingerprint"]}-{about["published_at"]}-{form}"'
    return {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache", "X-World": about["world"]}


def is_known(request: Request, tag: str) -> bool:
    """Return whether the request says that it has the answer with that tag."""
    tags = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    return tag in tags or tags == ["*"]


def tagged(view: View) -> Callable[[Request, Response], None]:
    """Return what gives a route's answer its tag.

    Raises:
        HTTPException: when the answer is known already (304).
    """

    def tag(request: Request, response: Response) -> None:
        headers = headers_of(view, "shaped")
        if is_known(request, headers["ETag"]):
            raise HTTPException(NOT_MODIFIED, headers=headers)
        response.headers.update(headers)

    return tag
