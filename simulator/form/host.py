"""Puts the stand-in in the place of Microsoft's library: there is no internet in a demonstration or a test."""

from importlib.resources import files
from typing import Final

#: Where the panel's pages ask for the library.
LIBRARY_URL: Final = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
#: Where the simulated form serves it instead.
STAND_IN_PATH: Final = "/outlook/office.js"


def stand_in() -> bytes:
    """The script itself."""
    return files("simulator.form").joinpath("office.js").read_bytes()


def as_outlook_shows(page: bytes) -> bytes:
    """A page of the panel whose library comes from the simulated form."""
    return page.replace(LIBRARY_URL.encode(), STAND_IN_PATH.encode())
