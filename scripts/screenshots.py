"""Draw the pictures of the page, ``make screenshots``: wide and narrow, light and dark, into docs/screenshots.

The real engine reads the example. Pictures are of 256 colours: a page of text needs no more and is half the
size.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from service import create_app
from service.settings import Settings
from tests.browser import CHROMIUM, browsing, serving

DIRECTORY = Path(__file__).parent.parent / "docs" / "screenshots"
SIZES = {"wide": (1280, 860), "narrow": (390, 844)}
COLOURS = 256


def _save(name: str, picture: bytes) -> None:
    # The octree keeps rare colours as they are; the median cut gives a small badge the colour of a larger one.
    octree, plain = Image.Quantize.FASTOCTREE, Image.Dither.NONE
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, method=octree, dither=plain)
    image.save(DIRECTORY / f"{name}.png", optimize=True)


def _open(browser: Any, url: str, size: str, scheme: str) -> Any:
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    page.set_default_timeout(120_000)
    page.goto(url)
    return page


def _draw(browser: Any, url: str, size: str, scheme: str) -> None:
    """Draw the example with its third quote chosen, as somebody would first see it."""
    page = _open(browser, url, size, scheme)
    page.get_by_role("button", name="Try an example").click()
    page.locator("#article mark").first.wait_for()
    page.locator("#article .badge").nth(2).click()
    page.mouse.move(0, 0)
    _save(f"page-{size}-{scheme}", page.screenshot())
    page.context.close()


def _draw_reference(browser: Any, url: str) -> None:
    page = _open(browser, f"{url}/docs", "wide", "light")
    _save("reference", page.screenshot())
    page.context.close()


def main() -> int:
    """Draw all pictures; return the exit status."""
    if not CHROMIUM:
        print("Chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with serving(create_app(Settings())) as url, browsing() as browser:
        for size in SIZES:
            for scheme in ("light", "dark"):
                _draw(browser, url, size, scheme)
        _draw_reference(browser, url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
