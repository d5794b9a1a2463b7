"""What the console remembers between two starts: servers, language, colours, windows, columns. Nothing secret."""

from pathlib import Path
from typing import Final

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray, QSettings

from console.api.client import Address

_FILE: Final = "console.ini"
_MOST_SERVERS: Final = 8


class Preferences:
    """A typed face of QSettings in a file of ours, the same on every system."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_config_path("ros-console", appauthor=False)
        self._settings = QSettings(str(self.folder / _FILE), QSettings.Format.IniFormat)

    def sync(self) -> None:
        """To the disk now."""
        self._settings.sync()

    # --- server ------------------------------------------------------------------------------------------------------

    @property
    def address(self) -> Address | None:
        """The server of the last sign-in."""
        url = self._text("server/url")
        roots = self._text("server/own_roots")
        return Address(url=url, own_roots=Path(roots) if roots else None) if url else None

    @address.setter
    def address(self, address: Address) -> None:
        self._settings.setValue("server/url", address.url)
        self._settings.setValue("server/own_roots", str(address.own_roots or ""))
        earlier = [url for url in self.known_urls if url != address.url]
        self._settings.setValue("server/known", [address.url, *earlier][:_MOST_SERVERS])

    def forget_address(self) -> None:
        """The next start asks for the server again."""
        self._settings.remove("server/url")
        self._settings.remove("server/own_roots")

    @property
    def known_urls(self) -> list[str]:
        """The latest first."""
        value = self._settings.value("server/known")
        if isinstance(value, str):
            return [value]
        return [str(one) for one in value] if isinstance(value, list) else []

    @property
    def login(self) -> str:
        """Of the last local sign-in."""
        return self._text("server/login")

    @login.setter
    def login(self, login: str) -> None:
        self._settings.setValue("server/login", login)

    # --- appearance --------------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """``cs``, ``en`` or empty for the default."""
        return self._text("look/language")

    @language.setter
    def language(self, language: str) -> None:
        self._settings.setValue("look/language", language)

    @property
    def scheme(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self._text("look/scheme") or "system"

    @scheme.setter
    def scheme(self, scheme: str) -> None:
        self._settings.setValue("look/scheme", scheme)

    # --- windows and lists -------------------------------------------------------------------------------------------

    def blob(self, name: str) -> QByteArray:
        """Qt's own states (geometry, header); empty where there is none."""
        value = self._settings.value(f"state/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep_blob(self, name: str, state: QByteArray) -> None:
        self._settings.setValue(f"state/{name}", state)

    def text(self, name: str) -> str:
        """Small choices of views: the last section, the last firm, hidden columns."""
        return self._text(f"view/{name}")

    def keep_text(self, name: str, value: str) -> None:
        self._settings.setValue(f"view/{name}", value)

    def _text(self, key: str) -> str:
        value = self._settings.value(key)
        return value if isinstance(value, str) else ""
