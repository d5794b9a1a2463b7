"""Draws addin/icons/*.png from the two SVGs beside them: the simpler one for the smallest sizes. Needs Chromium.

Run it after a change of the drawings, with new file names (clients keep icons for long): outlook-addin §2.11.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "addin" / "icons"
SIZES = (16, 20, 24, 32, 40, 48, 64, 80, 128)
SMALL = 24
CHROMIUM = "/usr/bin/chromium"


def main() -> int:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            drawing = FOLDER / ("icon-small.svg" if size <= SMALL else "icon.svg")
            page = browser.new_page(viewport={"width": size, "height": size})
            style = f"body{{margin:0;background:transparent}}svg{{display:block;width:{size}px;height:{size}px}}"
            page.set_content(f"<style>{style}</style>{drawing.read_text(encoding='utf-8')}")
            page.screenshot(path=FOLDER / f"icon-{size}.png", omit_background=True)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
