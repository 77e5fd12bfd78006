"""Looking at a page in a real browser that can reach nothing but this machine."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Look = Callable[..., AbstractContextManager[Page]]


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """One browser for all tests of a file, so that it loads the libraries once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium.new_context()
        chromium.close()


def looking(context: BrowserContext) -> Look:
    """Open an address; at the end, the page must have logged no error and asked nothing of anyone else."""

    @contextmanager
    def opened(url: str, width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Iterator[Page]:
        home = "/".join(url.split("/")[:3])
        own = (home, "data:", "blob:")
        page, errors, elsewhere = context.new_page(), list[str](), list[str]()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(own) else elsewhere.append(asked.url))
        page.goto(url)
        yield page
        page.evaluate("() => localStorage.clear()")
        page.close()
        assert errors == []
        assert elsewhere == []

    return opened
