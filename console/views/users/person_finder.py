"""Choosing a Raynet person by name or address, asked from Raynet while typing."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from console.api import people
from console.api.wire.people import RaynetPerson
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.widgets.finder import Finder, Found, open_over


def choose_person(context: Context, parent: QWidget, chosen: Callable[[int], object]) -> Finder:
    """Calls ``chosen`` with the id of the person."""
    client, firm_id = context.client, context.scope.firm_id or 0

    def look(text: str, _cancel: Cancel) -> Sequence[Found]:
        page = people.persons(client, firm_id, {"q": text, "limit": 50})
        return [Found(text=_line(person), run=partial(chosen, person.person_id)) for person in page.items]

    finder = Finder(context, "users.person", translate("Users", "Raynet person"), look=look)
    open_over(finder, parent)
    return finder


def _line(person: RaynetPerson) -> str:
    parts = [person.name, ", ".join(person.emails)]
    if not person.active:
        parts.append(translate("Users", "inactive"))
    if person.user_id is not None:
        parts.append(translate("Users", "has a seat"))
    return " – ".join(part for part in parts if part)
