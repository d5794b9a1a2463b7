"""The console's own version and the contract it speaks."""

from importlib import metadata
from typing import Final


def _installed() -> str:
    try:
        return metadata.version("raynet-outlook-sync")
    except metadata.PackageNotFoundError:  # a packaged program without its metadata
        return "0.0.0"


VERSION: Final = _installed()

#: The major number of ``api`` in ``GET /api/v1/server`` that this console understands.
API_MAJOR: Final = "1"
