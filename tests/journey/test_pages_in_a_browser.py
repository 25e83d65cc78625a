"""The pages for people in a real browser: axe finds nothing, nothing runs off a narrow screen; and pictures of them."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import By
from flexibatch.domain.vocabulary import Language
from tests.doubles.installation import Installation
from tests.doubles.sample_player import Sample, SamplePlayer

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
UPDATE = "UPDATE_PICTURES"
SAMPLES = ("accepted-two-workers", "partly-more-anomalies", "rejected-part-missing")
INDEX = "the index"
PAGES = (*SAMPLES, INDEX)
WIDTHS = (320, 768, 1280)
"""A telephone, a tablet, a desk; in CSS pixels."""
SEEN: tuple[tuple[int, Literal["screen", "print"]], ...] = (
    (WIDTHS[0], "screen"),
    (WIDTHS[-1], "screen"),
    (WIDTHS[1], "print"),
)
PICTURED = 900


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield Debian's chromium; it shows files of this machine only."""
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=[one.value for one in Language])
def language(request: pytest.FixtureRequest) -> str:
    """Return each language of the pages."""
    return str(request.param)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, language: str) -> dict[str, Path]:
    """Return the page of each sample, as a bureau of that language gets it, and the index of one."""
    pages = {name: _written(tmp_path_factory.mktemp("pages") / "home", name, language) for name in SAMPLES}
    return {**pages, INDEX: pages[SAMPLES[1]].with_name("index.html")}


def _written(path: Path, name: str, language: str) -> Path:
    sample = Sample.read(name)
    installation = Installation.made(path, sample.told.get("settings"))
    with installation.home.database.writing() as connection:
        by = By("test", installation.clock.now())
        bureaus.set_sender(connection, by, sample.told["sender"], language=language)
    SamplePlayer(sample, installation).play()
    [page] = installation.inbox(sample.told["sender"], "REPORT").glob("GO.*.html")
    installation.close()
    return page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a window whose scripts are those of the test: the page itself has none and lets none run."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page: Page, written: dict[str, Path], name: str) -> None:
    """Headings, tables, contrast, language: at every width, and as it is printed."""
    page.goto(written[name].as_uri())
    for width, media in SEEN:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=media)
        found = Axe().run(page).response["violations"]
        assert [] == [(width, media, one["id"], one["nodes"][0]["html"]) for one in found]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_off_the_screen(page: Page, written: dict[str, Path], name: str) -> None:
    """Who reads it on a telephone scrolls down only; a wide table scrolls within itself."""
    page.goto(written[name].as_uri())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert width >= page.evaluate("document.documentElement.scrollWidth")


def test_pictures_show_the_page(page: Page, written: dict[str, Path], language: str, tmp_path: Path) -> None:
    """Those of the documentation are taken here (UPDATE_PICTURES=1): in each language one, of today's page."""
    name = f"report.{language}.png"
    folder = PICTURES if UPDATE in os.environ else tmp_path
    folder.mkdir(exist_ok=True)
    page.set_viewport_size({"width": PICTURED, "height": PICTURED + 200})
    page.goto(written["partly-more-anomalies"].as_uri())
    taken = page.screenshot(path=folder / name)
    assert _size(taken)[0] == _size((PICTURES / name).read_bytes())[0] == PICTURED


def _size(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG."""
    assert picture.startswith(b"\x89PNG")
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
