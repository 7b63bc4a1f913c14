"""Take a picture of every page at two widths, in both themes and both languages; `./run screenshots FOLDER` runs it.

It starts a product of its own with the demo's course and accounts. A page `index.html` in the folder shows all pictures. Needs
Chromium.
"""

import argparse
import itertools
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.weight import find_chromium
from tests.e2e.pages import ARGUMENTS, INSTRUCTOR, PUBLIC, STAFF, STUDENT, Site, make_student_pages
from tests.product import Product, free_port

LOCALES = {"ko": "ko-KR", "en": "en-GB"}
WIDTHS = (390, 1440)
THEMES = ("light", "dark")


def take(browser: Browser, address: str, folder: Path, language: str, width: int, theme: str, wanted: str) -> list[str]:
    """Take the pictures of one language, width and theme whose name contains `wanted`. Return their file names."""
    written = []
    for visit in ("public", "student", "staff"):
        context = browser.new_context(
            locale=LOCALES[language],
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        site = Site(address, context)
        page = site.new_page()
        pages = PUBLIC
        if visit == "student":
            site.sign_in(page, *STUDENT)
            pages = make_student_pages(site, page)
        elif visit == "staff":
            site.sign_in(page, *INSTRUCTOR)
            pages = STAFF
        for name, path in pages.items():
            if wanted in name:
                page.goto(address + path)
                page.wait_for_load_state("networkidle")
                written.append(f"{name}-{language}-{width}-{theme}.png")
                page.screenshot(path=folder / written[-1], full_page=True)
        context.close()
    return written


def write_index(folder: Path, files: list[str]) -> None:
    pictures = "".join(
        f'<figure><a href="{escape(name)}"><img loading="lazy" width="300" src="{escape(name)}" alt=""></a>'
        f"<figcaption>{escape(name)}</figcaption></figure>"
        for name in sorted(files)
    )
    style = (
        "body{font-family:system-ui;display:flex;flex-wrap:wrap;gap:1rem;align-items:start}img{border:1px solid #999}"
    )
    (folder / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>Screenshots</title><style>{style}</style>{pictures}',
        encoding="utf-8",
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run screenshots", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("screenshots"), help="default: screenshots")
    parser.add_argument("--only", default="", metavar="WORD", help="pages whose name contains it")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    if chromium is None:
        print("Chromium is not installed.")
        return 1
    files: list[str] = []
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        product = Product(Path(temporary) / "home", free_port(), {"BAEUM_DEMO": "1"})
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        try:
            product.start().wait_until_ready()
            for language, width, theme in itertools.product(LOCALES, WIDTHS, THEMES):
                files += take(browser, product.address, options.folder, language, width, theme, options.only)
                print(f"{language}, {width} px, {theme}: {len(files)} pictures so far", flush=True)
        finally:
            browser.close()
            product.kill()
    write_index(options.folder, files)
    print(f"{len(files)} pictures in {options.folder}; index.html shows them.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
