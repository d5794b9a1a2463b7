"""Shapes of answers: nothing is checked while one is made, everything when one is read."""

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from server.api.rest.shapes import Answer, Instant, Words
from server.api.v1.models.users import User
from server.catalogue.sentences import Sentence

_NOW = datetime(2026, 11, 22, 12, 0, 0, 123_999, tzinfo=UTC)


def user(**changes: object) -> User:
    members: dict[str, object] = {
        "id": 1,
        "email": "jana@firma.example",
        "mailbox": None,
        "person_id": 7,
        "person_name": "Jana",
        "person_chosen": False,
        "enabled": True,
        "state": "ready",
        "reason": Words.of(Sentence("Jede", "Runs")),
        "pairs": 3,
        "lag_seconds": 1.5,
        "last_to_outlook_at": None,
        "last_to_raynet_at": None,
        "last_change_at": _NOW,
        "matched": True,
        "failures": 0,
        "retry_at": None,
    }
    return User(**(members | changes))  # type: ignore[arg-type]  # a builder


def test_an_answer_comes_back_as_it_went_out() -> None:
    sent = user()
    read = User.model_validate_json(sent.model_dump_json())
    assert read == user(last_change_at=_NOW.replace(microsecond=123_000))
    assert '"last_change_at":"2026-11-22T12:00:00.123Z"' in sent.model_dump_json()


@pytest.mark.parametrize("changes", [{"id": "1"}, {"state": "fine"}, {"pairs": -1}], ids=str)
def test_an_answer_that_is_not_of_its_shape_is_not_read(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        User.model_validate_json(user(**changes).model_dump_json(warnings=False))


def test_a_member_that_is_not_given_would_be_missing_hence_none_may_be_left_out() -> None:
    with pytest.raises(TypeError, match="every member of an answer is given"):

        class Half(Answer):
            name: str
            count: int = 0


def test_an_instant_is_written_as_python_writes_it() -> None:
    chance, instants = random.Random(18), TypeAdapter(Instant)
    zones = (UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9, minutes=30)))
    for _ in range(2_000):
        at = datetime(1, 1, 2, tzinfo=UTC) + timedelta(microseconds=chance.randrange(315_000_000_000_000_000))
        at = at.astimezone(chance.choice(zones))
        plain = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert instants.dump_json(at).decode() == f'"{plain}"'
