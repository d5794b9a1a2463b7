"""The guides are served in both languages, complete, filled in, and nothing but them."""

import re
from html.parser import HTMLParser

import pytest
from falcon import testing

from server.api.guides import LANGUAGES, guides_folder
from tests.server.api.house import House

NAMES = {language: sorted(path.stem for path in (guides_folder() / language).glob("*.md")) for language in LANGUAGES}


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def test_every_guide_exists_in_both_languages() -> None:
    assert NAMES["cs"] == NAMES["en"]
    assert "souhlas-azure" in NAMES["cs"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_in_its_language_and_leads_only_to_pages_that_exist(house: House, language: str) -> None:
    index = house.client.simulate_get("/navody/", params={"lang": language})
    pages = [href for href in Links(index.text).found if re.match(r"/navody/[a-z-]+\?", href)]
    assert len(pages) == len(NAMES[language])
    for address in pages:
        page = _got(house.client, address)
        assert page.headers["content-language"] == language
        assert f'<html lang="{language}">' in page.text
        assert "{{" not in page.text
        for href in Links(page.text).found:
            if href.startswith("/navody"):
                _got(house.client, href)


def test_the_guide_names_this_server(house: House) -> None:
    assert "https://ros.vitkovice.cz/souhlas/navrat" in house.client.simulate_get("/navody/souhlas-azure").text


def test_the_browsers_language_decides_unless_the_address_does(house: House) -> None:
    english = {"Accept-Language": "en-GB,en;q=0.9,cs;q=0.5"}
    assert house.client.simulate_get("/navody/panel", headers=english).headers["content-language"] == "en"
    asked = house.client.simulate_get("/navody/panel", params={"lang": "cs"}, headers=english)
    assert asked.headers["content-language"] == "cs"


def test_a_page_can_run_nothing_and_stand_in_nobodys_frame(house: House) -> None:
    policy = house.client.simulate_get("/navody/panel").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/navody/nic-takoveho",
        "/navody/..%2F..%2Fpyproject",
        "/navody/obrazky/..%2Fguides.css",
        "/navody/obrazky/%2e%2e%2f%2e%2e%2fREADME.md",
        "/navody/obrazky/chybi.png",
    ],
)
def test_no_other_file_is_served(house: House, path: str) -> None:
    assert house.client.simulate_get(path).status_code == 404


def _got(client: testing.TestClient, address: str) -> testing.Result:
    path, _, query = address.partition("?")
    answer = client.simulate_get(path, query_string=query)
    assert answer.status_code == 200, address
    return answer
