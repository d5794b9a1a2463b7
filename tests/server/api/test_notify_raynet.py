"""Raynet's webhook: two secrets, six kinds of record, nothing that tells a guesser how close they are."""

from datetime import UTC, datetime

import pytest

from server.domain.ids import ENTITY_NAMES, ActivityKey, ActivityType
from server.domain.state import NoticeKind
from tests.server.api.house import PATH, TOKEN, House, ring


@pytest.mark.parametrize("entity", sorted(ENTITY_NAMES))
@pytest.mark.parametrize(("kind", "hint"), [("record.created", "created"), ("record.deleted", "deleted")])
def test_a_change_of_an_activity_is_stored(house: House, entity: str, kind: str, hint: str) -> None:
    reply = house.ring(0, ring(entity=entity, kind=kind))

    assert reply.status_code == 204
    (stored,) = house.notices(0)
    assert (stored.kind, stored.activity, stored.hint) == (
        NoticeKind.ACTIVITY,
        ActivityKey(ENTITY_NAMES[entity], 7),
        hint,
    )
    assert house.notices(1) == ()


@pytest.mark.parametrize("header", ["X-RAYNETCRM-Token", "x-raynetcrm-token", "X-RaynetCrm-TOKEN"])
def test_the_header_is_taken_in_any_case(house: House, header: str) -> None:
    assert house.ring(0, ring(), **{header: TOKEN.format(0)}).status_code == 204
    assert house.count() == 1


def test_the_same_event_twice_is_one_notice(house: House) -> None:
    house.ring(0, ring())
    house.ring(0, ring())
    house.ring(0, ring(event="b" * 32))

    assert len(house.notices(0)) == 2
    assert house.notices(0)[0].activity == ActivityKey(ActivityType.MEETING, 7)


@pytest.mark.parametrize("body", [ring(entity="Company"), ring(kind="record.merged"), ring(entity="meeting")])
def test_other_records_and_other_changes_are_accepted_and_forgotten(house: House, body: dict[str, object]) -> None:
    assert house.ring(0, body).status_code == 204
    assert house.count() == 0


def test_wrong_path_wrong_token_and_the_other_firms_token_look_alike(house: House) -> None:
    replies = [
        house.client.simulate_post("/notify/raynet/guessed", json=ring(), headers={"X-RAYNETCRM-Token": "x"}),
        house.client.simulate_post(f"/notify/raynet/{PATH.format(0)}", json=ring()),
        house.ring(0, ring(), **{"X-RAYNETCRM-Token": TOKEN.format(1)}),
        house.ring(0, ring(), **{"X-RAYNETCRM-Token": "Žluťoučký".encode().decode("latin-1")}),
        house.ring(0, b"not json", **{"X-RAYNETCRM-Token": "guessed"}),
        house.client.simulate_post(f"/notify/raynet/{'x' * 500}", json=ring()),
    ]

    assert {reply.status_code for reply in replies} == {404}
    shown = [{k: v for k, v in reply.json.items() if k != "request_id"} for reply in replies]
    assert all(one == shown[0] for one in shown)
    assert house.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"eventId": ""}',
        ring(data={"entityName": "Meeting", "entityId": "7"}),
        ring(data={"entityName": "Meeting", "entityId": True}),
        ring(data={"entityName": "Meeting", "entityId": -1}),
        ring(event=""),
        ring(event="id\0"),
    ],
)
def test_what_cannot_be_read_is_refused(house: House, body: bytes | dict[str, object]) -> None:
    assert house.ring(0, body).status_code == 400
    assert house.count() == 0


def test_a_body_over_64_kilobytes_is_refused(house: House) -> None:
    assert house.ring(0, b" " * (64 * 1024 + 1)).status_code == 413


def test_who_changed_it_and_when_is_kept_only_as_far_as_it_spares_a_reading(house: House) -> None:
    by_api = {"author": "sync@firm.example", "source": {"name": "api", "description": "Outlook sync"}}
    house.ring(0, ring(event="1" * 32, **by_api))
    house.ring(0, ring(event="2" * 32, **by_api))
    house.ring(0, ring(event="3" * 32, **by_api | {"author": "other@firm.example"}))
    house.ring(0, ring(event="4" * 32))

    ours, again, other, person = house.notices(0)
    assert ours.source == again.source
    assert ours.source is not None
    assert other.source not in (None, ours.source)
    assert person.source is None
    assert "sync" not in str(ours.source)
    assert ours.changed_at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "odd",
    [
        {"author": None, "source": None, "createdAt": None},
        {"author": 7, "source": "api", "createdAt": 7},
        {"author": ["x"], "source": {"name": "api", "description": {}}, "createdAt": "yesterday"},
        {"source": {"name": "api"}, "createdAt": "2026-11-22T13:00:00"},
        {"source": {"name": "api", "description": ""}, "createdAt": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_an_odd_author_source_or_time_rings_all_the_same(house: House, odd: dict[str, object]) -> None:
    assert house.ring(0, ring(**odd)).status_code == 204

    (stored,) = house.notices(0)
    assert (stored.source, stored.changed_at) == (None, None)
