"""What the server says in codes, people read in words. Read from the server's code."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.api.wire.firms import Expiry, Health
from console.api.wire.people import AuditEntry
from console.context import Parts
from console.presenters.audit import action_text, actor_text, detail_text, object_text
from console.presenters.health import figures
from console.presenters.items import trigger_text
from server.store.tables.oversight import JobKind

SERVER = Path(__file__).parents[2] / "server"
ACTION = re.compile(
    r"(firm|seat|alert|sync|pass|hold|conflict|registration|consent|job|session|administrator)\.[a-z_]+"
)


def calls(*folders: str) -> Iterator[ast.Call]:
    for folder in folders:
        for path in sorted((SERVER / folder).rglob("*.py")):
            yield from (
                one for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(one, ast.Call)
            )


def texts(node: ast.AST) -> Iterator[str]:
    yield from (
        str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )


def actions() -> set[str]:
    """What the stores write into the audit log; with the kinds that are put together."""
    found = {
        text
        for call in calls("store/admin", "store/panel")
        for argument in call.args
        for text in texts(argument)
        if ACTION.fullmatch(text)
    }
    found |= {"firm.paused", "firm.resumed"}
    return found | {f"job.{kind.value}" for kind in JobKind} | {"hold.confirm", "hold.reject"}


def entry(**detail: object) -> AuditEntry:
    return AuditEntry(
        id=1, at=datetime.now(UTC), actor="microsoft", actor_login=None, action="consent.checked", object="firm:1",
        detail=detail, firm_id=1,
    )  # fmt: skip


def test_every_action_of_the_log_has_words(parts: Parts) -> None:
    found = actions()
    assert len(found) > 25, sorted(found)
    assert sorted(one for one in found if action_text(one) == one) == []


def test_every_start_of_a_pass_has_words(parts: Parts) -> None:
    found = {
        text
        for call in calls("sync", "cli")
        for keyword in call.keywords
        if keyword.arg == "trigger"
        for text in texts(keyword.value)
    }
    assert {"manual", "preview", "nightly", "worker"} <= found
    assert sorted(str(one) for one in found if trigger_text(str(one)) == one) == []


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"state": "unknown -> ok"}, "stav: neověřeno → v pořádku"),
        ({"paused": "False"}, "pozastaveno: ne"),
        ({"tenant_id": "changed"}, "organizace: změněno"),
        ({"totp": "off"}, "druhý faktor: vypnuto"),
        ({"guard_count": "5 -> 17"}, "guard_count: 5 → 17"),
    ],
)
def test_details_of_the_log_are_words_too(parts: Parts, detail: dict[str, object], said: str) -> None:
    assert detail_text(entry(**detail)) == said


def test_who_and_what_are_words(parts: Parts) -> None:
    assert actor_text(entry()) == "správce organizace u Microsoftu"
    assert object_text("consent:3") == "znění souhlasu 3"


def test_an_end_in_decades_is_a_day_and_not_a_number_of_days(parts: Parts) -> None:
    at = datetime(2099, 12, 31, 23, 59, tzinfo=UTC)
    note = next(
        one.note for one in figures(health(Expiry(kind="licence", at=at, days_left=26_700))) if one.key == "seats"
    )
    assert note == "Platí – do 31. 12. 2099"
    note = next(one.note for one in figures(health(Expiry(kind="licence", at=at, days_left=400))) if one.key == "seats")
    assert note == "Platí – zbývá 400 dní"


def health(*ends: Expiry) -> Health:
    """Of a firm in which nothing happens."""
    return Health.model_validate(
        {
            "firm_id": 1, "name": "Firma", "state": "ok", "paused": False,
            "lag": {"p50": None, "p95": None, "max": None},
            "pairs": {}, "mailboxes": {}, "queue": 0, "queue_since": None, "holds": 0, "conflicts": 0, "errors": 0,
            "seats": 5, "seats_used": 5, "licence_state": "active", "expiries": ends, "last_pass": None,
            "last_read_at": None, "breakers": [], "worked_on": False,
        }
    )  # fmt: skip
