"""What every section is: a page of the window with a title, that can be entered at a target, renewed and left."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.context import Context
from console.i18n import Text, translate
from console.targets import Target
from console.widgets.list_page import ListPage
from console.widgets.state_page import StatePage, Step
from console.widgets.words import line, words


class Section(QWidget):
    """Subclasses build into ``self.body`` in their constructor and load in ``enter``."""

    def __init__(self, context: Context, title: str) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("page")
        self.heading = line(words(title, "title"), None, gap=10)
        self.body = QVBoxLayout()
        self.body.setSpacing(14)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(28, 22, 28, 18)
        outer.setSpacing(16)
        outer.addLayout(self.heading)
        outer.addLayout(self.body, 1)
        self.setAccessibleName(title)

    def enter(self, target: Target) -> None:
        """The section is shown; ``target`` may name a page, filters, an item."""

    def leave(self) -> None:
        """Another section comes. Nothing typed is lost: the widget stays."""

    def renew(self, *, is_quiet: bool) -> None:
        """F5 (loud), or the clock (quiet)."""

    def search(self) -> QWidget | None:
        """What Ctrl+F goes to: the search field of the list that is seen."""
        pages = [page for page in self.findChildren(ListPage) if page.isVisible()]
        return pages[0].search if pages else None

    @property
    def is_dirty(self) -> bool:
        """Something typed is not saved."""
        return False

    def keep_state(self) -> None:
        """The window closes or the language changes: column widths and the like."""
        for page in self.findChildren(ListPage):
            page.keep_state()


class NoFirm(Section):
    """Stands where a section needs a firm and none is chosen (only the operator's people can come here)."""

    def __init__(self, context: Context, title: str, choose: Callable[[], object]) -> None:
        super().__init__(context, title)
        page = StatePage(context.theme)
        step = Step(name="scope.choose", text=translate("Shell", "Choose a firm…"), run=choose, is_primary=True)
        page.say(
            "firms",
            translate("Shell", "Which firm?"),
            translate("Shell", "This section belongs to one firm. Choose it here or at the top of the window."),
            (step,),
        )
        self.body.addWidget(page, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionKind:
    """A line of the registry."""

    key: str
    icon: str
    title: Text
    make: Callable[[Context], Section]
    #: Shown to the operator's people only.
    is_central: bool = False
    #: Needs a firm in scope.
    needs_firm: bool = True
    #: Not in the sidebar: reached by a button, an alert or Ctrl+K; for those who may change something.
    is_guide: bool = False
