"""What a section is given. One object, made by the shell for each sign-in; sections keep no other global."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from console.api.client import Client
from console.api.wire.session import ServerInfo, Session
from console.garbage import Janitor
from console.i18n import Languages
from console.jobs import Jobs
from console.preferences import Preferences
from console.targets import Target
from console.theme import Theme


class Scope(QObject):
    """The firm that is looked at. Fixed for a firm's people, chosen by the operator's."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.firm_id: int | None = None
        self.firm_name = ""

    def choose(self, firm_id: int | None, firm_name: str) -> None:
        if firm_id == self.firm_id:
            return
        self.firm_id, self.firm_name = firm_id, firm_name
        self.changed.emit()


class Context(QObject):
    """Everything of one sign-in."""

    #: Somebody wants to go there.
    navigated = Signal(Target)
    #: A short word about what was done.
    told = Signal(str)
    #: Something was changed that the overview, the badges or another section shows.
    changed = Signal()
    #: Somebody chose another language.
    language_wanted = Signal(str)

    def __init__(self, *, session: Session, server: ServerInfo, client: Client, parts: "Parts") -> None:
        super().__init__()
        self.session = session
        self.server = server
        self.client = client
        self.parts = parts
        self.jobs: Jobs = parts.jobs
        self.theme: Theme = parts.theme
        self.languages: Languages = parts.languages
        self.preferences: Preferences = parts.preferences
        self.scope = Scope(self)
        if session.firm_id is not None:
            self.scope.choose(session.firm_id, session.firm_name or "")

    @property
    def can_change(self) -> bool:
        """False for an auditor: views then offer nothing that changes anything."""
        return self.session.can_change

    @property
    def is_central(self) -> bool:
        """Whether there is more than one firm to see; nobody else may learn that others exist."""
        return self.session.is_central

    @property
    def language(self) -> str:
        return self.languages.current

    def firm_path(self, rest: str = "") -> str:
        """``/api/v1/firms/7`` + rest, of the firm in scope. Only called where a firm is chosen."""
        return f"/api/v1/firms/{self.scope.firm_id}{rest}"

    def go(self, target: Target) -> None:
        self.navigated.emit(target)

    def tell(self, text: str) -> None:
        self.told.emit(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What lives as long as the program."""

    jobs: Jobs
    theme: Theme
    languages: Languages
    preferences: Preferences
    janitor: Janitor
