"""``python -m tests.console.screens FOLDER [GUIDES]``: photographs of every page of the console, from a firm at work.

Names are ``<page>-<language>-<scheme>.png``. Behind them stand the real server and worker and the simulated Raynet and
Microsoft 365, where people have just worked: a conflict, a held deletion and an item set aside have really happened.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from console.api.client import Address
from console.context import Parts
from console.keystore import KeyStore
from console.presenters.setup import STEPS
from console.views.setup.section import SetupSection
from console.views.window import Window
from console.wiring import build_parts, take_down
from server.store.admin.administrators import Administrator
from tests.console.support.firm_at_work import FirmAtWork
from tests.console.support.house import House
from tests.console.support.outside import outside_world
from tests.console.support.windows import MemoryKeyring, Opened, Opener, press, wait_for

#: Section, tab, name of the picture.
PAGES: Final = (
    ("overview", "", "overview"),
    ("overview", "alerts", "alerts"),
    ("users", "users", "users"),
    ("users", "registrations", "registrations"),
    ("users", "licence", "licence"),
    ("consent", "", "consent"),
    ("sync", "state", "sync"),
    ("sync", "holds", "holds"),
    ("sync", "errors", "errors"),
    ("sync", "passes", "passes"),
    ("sync", "pairs", "items"),
    ("conflicts", "", "conflicts"),
    ("audit", "", "log"),
    ("settings", "raynet", "raynet"),
    ("settings", "rules", "rules"),
    ("settings", "administrators", "administrators"),
    ("settings", "account", "account"),
    ("settings", "console", "console"),
)
SETS: Final = (("cs", "light"), ("en", "dark"))
SIZE: Final = (1360, 860)
#: Pictures that the guides show, and under which name (``guides/pictures``).
IN_GUIDES: Final = (
    ("overview", "konzole-prehled"),
    ("users", "konzole-uzivatele"),
    ("holds", "konzole-zadrzene"),
    ("setup-preview", "konzole-nahled"),
)
PATIENCE: Final = 120.0


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else "docs/screens/console")
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        (place / "sim").mkdir()
        with outside_world(place / "sim", consent=True) as outside:
            house = House(place, environ=outside.environ()).start()
            try:
                house.start_worker()
                firm = FirmAtWork(house, outside)
                cameras = [Camera(application, place, folder, language, scheme) for language, scheme in SETS]
                for camera in cameras:
                    camera.before_and_at_the_door(house, firm)
                firm.work()
                for camera in cameras:
                    camera.inside(house, firm)
            finally:
                house.stop()
    if len(arguments) > 1:
        show_in_guides(folder, Path(arguments[1]))
    return 0


def show_in_guides(folder: Path, pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    for language, scheme in SETS:
        for name, shown in IN_GUIDES:
            shutil.copyfile(folder / f"{name}-{language}-{scheme}.png", pictures / f"{shown}-{language}.png")


class Camera:
    """One language and scheme."""

    def __init__(self, application: QApplication, place: Path, folder: Path, language: str, scheme: str) -> None:
        self._application, self._settings, self._folder = application, place / f"settings-{language}", folder
        self._language, self._scheme = language, scheme

    def before_and_at_the_door(self, house: House, firm: FirmAtWork) -> None:
        """The sign-in, and the set-up guide of a firm that does not run yet."""
        parts = self._parts()
        self._door(parts, house)
        opened = self._opened(parts, house, house.administrator("central_admin", login=f"vitsol-{self._language}"))
        opened.go("overview", firm_id=int(firm.unconnected), filters={"firm_name": firm.unconnected_name})
        self._shoot(opened, "not-set-up")
        opened.go("setup", firm_id=int(firm.unconnected), filters={"firm_name": firm.unconnected_name})
        self._shoot(opened, "setup-begins")
        guide = opened.go("setup", firm_id=int(firm.id), filters={"firm_name": firm.name})
        assert isinstance(guide, SetupSection)
        opened.settled(PATIENCE)
        for step in STEPS:
            opened.go("setup", step)
            opened.settled(PATIENCE)
            if step == "preview":
                press(guide, "preview.start")
                wait_for(lambda: guide.preview.result is not None, "a preview", PATIENCE)
            self._shoot(opened, f"setup-{step}")
        opened.close()
        take_down(parts)

    def inside(self, house: House, firm: FirmAtWork) -> None:
        """Everything of a firm that runs, as its administrator; all firms as the operator; a reader; nobody there."""
        parts = self._parts()
        opened = self._opened(parts, house, house.administrator("central_admin", login=f"vitek-{self._language}"))
        for section in ("overview", "firms"):
            opened.go(section)
            self._shoot(opened, f"central-{section}")
        opened.go("users")
        self._shoot(opened, "central-choose-firm")
        opened.close()
        own = self._opened(parts, house, house.administrator("firm_admin", firm.id, login=f"jana-{self._language}"))
        for section, page, name in PAGES:
            own.go(section, page)
            if name == "consent":
                own.settled(PATIENCE)
                press(own.shell, "consent.check")
            self._shoot(own, name)
        own.close()
        reader = house.administrator("firm_auditor", firm.id, login=f"audit-{self._language}")
        seen = self._opened(parts, house, reader)
        seen.go("users", "users")
        self._shoot(seen, "auditor-users")
        house.kill()
        seen.shell.renew()
        wait_for(seen.shell.offline.isVisible, "says that the server is away", PATIENCE)
        self._shoot(seen, "server-away", settle=False)
        house.start()
        seen.close()
        take_down(parts)

    # --- parts of it --------------------------------------------------------------------------------------------------

    def _parts(self) -> Parts:
        parts = build_parts(self._application, folder=self._settings, language=self._language)
        parts.theme.choose(self._scheme)
        return parts

    def _opened(self, parts: Parts, house: House, administrator: Administrator) -> Opened:
        opened = Opener(parts, [])(house, administrator)
        opened.window.resize(*SIZE)
        return opened

    def _door(self, parts: Parts, house: House) -> None:
        parts.preferences.address = Address(url="")
        window = Window(parts, KeyStore(MemoryKeyring()))
        window.resize(*SIZE)
        window.show()
        window.start()
        wait_for(parts.jobs.is_idle)
        self._grab(window, "first-start")
        window.close()
        parts.preferences.address = Address(url=house.url)
        window = Window(parts, KeyStore(MemoryKeyring()))
        window.resize(*SIZE)
        window.show()
        window.start()
        wait_for(lambda: window.sign_in is not None and window.sign_in.credentials is not None, "asks who it is")
        wait_for(parts.jobs.is_idle)
        self._grab(window, "sign-in")
        window.close()

    def _shoot(self, opened: Opened, name: str, *, settle: bool = True) -> None:
        if settle:
            opened.settled(PATIENCE)
        self._grab(opened.window, name)

    def _grab(self, window: QWidget, name: str) -> None:
        for _turn in range(5):
            QApplication.processEvents()
        window.grab().save(str(self._folder / f"{name}-{self._language}-{self._scheme}.png"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
