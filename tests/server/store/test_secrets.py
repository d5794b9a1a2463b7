"""What people wrote and what opens their systems never stands in clear."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, LargeBinary, event, select, type_coerce, update

from server.domain.activity import Activity, ActivityDraft
from server.domain.content import Content
from server.domain.html import rich_from_plain
from server.domain.ids import LinkId, PersonId
from server.domain.state import (
    Base,
    FirmSync,
    MailboxState,
    MailboxSync,
    Payload,
    Side,
    Subscription,
    Tombstone,
    Webhook,
)
from server.errors import Misconfigured
from server.ports.store import Commit, LoadGroups
from server.store import shapes
from server.store.admin.administration import Administration
from server.store.admin.administrators import Administrators
from server.store.admin.sign_in import SignIn
from server.store.crypto import KeyRing, SealBrokenError, lookup_digest, sealed_key_id
from server.store.database import Database, open_database
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.migrate import check_keys
from server.store.rotation import rotate, sealed_with_older_keys
from server.store.tables.meta import sealed_columns
from server.store.tables.people import AdministratorRole
from server.store.tables.people import firm as firm_table
from server.store.tables.runtime import firm_sync
from server.store.types import Sealed
from tests.server.store import build
from tests.server.store.build import ANNA, NOW, meeting
from tests.server.store.conftest import Ask, new_firm
from tests.support.databases import KEYS, fresh_database, fresh_url

#: The real strength takes a second on a busy machine.
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
NEW_KEY = b"fedcba9876543210fedcba9876543210"


@pytest.fixture
def own_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database for one test: it is turned inside out."""
    with fresh_database(getattr(request, "param", "sqlite"), tmp_path) as database:
        yield database


def test_a_sealed_value_opens_in_its_place_only() -> None:
    ring = KeyRing(KEYS)
    sealed = ring.seal(b"secret", "pair.base")
    assert ring.unseal(sealed, "pair.base") == b"secret"
    assert b"secret" not in sealed
    assert ring.seal(b"secret", "pair.base") != sealed
    with pytest.raises(SealBrokenError):
        ring.unseal(sealed, "intent.expects")


def test_a_long_value_is_packed_and_comes_back() -> None:
    ring = KeyRing(KEYS)
    sealed = ring.seal(b"porada " * 1000, "pair.base")
    assert len(sealed) < 200
    assert ring.unseal(sealed, "pair.base") == b"porada " * 1000


@pytest.mark.parametrize("place", [0, 2, 8, 20, -1])
def test_an_altered_sealed_value_does_not_open(place: int) -> None:
    ring = KeyRing(KEYS)
    sealed = bytearray(ring.seal(b"secret", "pair.base"))
    sealed[place] ^= 1
    with pytest.raises((SealBrokenError, Misconfigured)):
        ring.unseal(bytes(sealed), "pair.base")


def test_an_older_key_opens_and_a_foreign_one_is_a_wrong_setting() -> None:
    sealed = KeyRing(KEYS).seal(b"secret", "pair.base")
    both = KeyRing((NEW_KEY, *KEYS))
    assert both.unseal(sealed, "pair.base") == b"secret"
    assert sealed_key_id(both.seal(b"x", "p")) == KeyRing((NEW_KEY,)).newest_id
    with pytest.raises(Misconfigured) as wrong:
        KeyRing((NEW_KEY,)).unseal(sealed, "pair.base")
    assert wrong.value.data["setting"] == "ROS_SECRET_KEY"


@pytest.mark.parametrize("keys", [(), (b"short",)])
def test_a_ring_needs_whole_keys(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(Misconfigured):
        KeyRing(keys)


def test_every_sealed_column_is_sealed_for_its_own_place() -> None:
    places = [(f"{table.name}.{column.name}", column.type) for table, column in sealed_columns()]
    assert len(places) > 20
    for place, kind in places:
        assert isinstance(kind, Sealed)
        assert kind.place == place


def fill_with_canaries(database: Database) -> list[str]:
    """One value in every sealed column; each word is unique."""
    firm = Administration(database).firms.add(
        new_firm(name="canary-firm-name", raynet_user="canary-user", raynet_key="canary-key"), actor="cli"
    )
    Administrators(database).add("boss", AdministratorRole.FIRM_ADMIN, firm.id, "canary-password-1", actor="cli")
    lease = Leases(database, "one").claim(firm.id, 600)
    assert lease is not None
    book = LeaseBook()
    book.put(lease)
    text = rich_from_plain("canary-body")
    content = Content(title="canary-base-title", description=text, place="canary-place")
    base = Base(raynet=content, outlook=Content(title="canary-outlook-title"), marks=("canary-mark",))
    draft = ActivityDraft(title="canary-draft", owner=PersonId(1), ext_id="x")
    activity = Activity(key=meeting(1), title="canary-activity", description=text, created_by="canary-author")
    rows = (
        build.seen_activity(firm.id, 1, activity=activity),
        build.seen_event(firm.id, subject="canary-subject"),
        build.link(firm.id),
        build.pair(firm.id, base=base),
        build.intent(firm.id, payload=Payload(activity_draft=draft), expects=base, before=content),
        build.conflict(firm.id, "c", base="canary-c-base", kept="canary-c-kept", lost="canary-c-lost"),
        Tombstone(firm_id=firm.id, key="k", side=Side.RAYNET, expires_at=NOW, hint="canary-hint"),
        FirmSync(firm_id=firm.id, login="canary-login"),
        MailboxSync(
            firm_id=firm.id,
            seat_id=1,  # type: ignore[arg-type]  # an id
            email="anna@novak.example",
            state=MailboxState.READY,
            addresses=("canary-address",),
            delta_link="https://graph/canary-delta",
        ),
        Subscription(
            firm_id=firm.id, mailbox=ANNA, id="s", client_state="canary-state", expires_at=NOW, created_at=NOW
        ),
        Webhook(firm_id=firm.id, token="canary-token", path_secret="canary-path"),
    )
    StoreGateway(database, book).perform(Commit(firm.id, rows))
    return [
        "canary-firm-name", "canary-user", "canary-key", "canary-password", "canary-body", "canary-base-title",
        "canary-place", "canary-outlook-title", "canary-mark", "canary-draft", "canary-activity", "canary-author",
        "canary-subject", "canary-c-base", "canary-c-kept", "canary-c-lost", "canary-hint", "canary-login",
        "canary-address", "canary-delta", "canary-state", "canary-token", "canary-path",
    ]  # fmt: skip


def test_no_secret_and_no_text_stands_in_the_database_file(own_database: Database, tmp_path: Path) -> None:
    canaries = fill_with_canaries(own_database)
    files = [file.read_bytes() for file in tmp_path.glob("ros-*.sqlite3*")]
    assert any(b"anna@novak.example" in content for content in files)  # the files are the right ones
    for canary in canaries:
        for shape in (canary.encode(), base64.b64encode(canary.encode())[:-4]):
            assert not any(shape in content for content in files), canary


def test_a_value_moved_to_another_column_does_not_open(own_database: Database) -> None:
    fill_with_canaries(own_database)
    firm = Administration(own_database).firms.every_unscoped()[0].id
    key = type_coerce(firm_table.c.raynet_key, LargeBinary)

    def swap(connection: Connection) -> None:
        stolen = connection.execute(select(key)).scalar_one()
        connection.execute(update(firm_sync).values({firm_sync.c.login: type_coerce(stolen, LargeBinary)}))

    own_database.write_unscoped(swap)
    with pytest.raises(SealBrokenError) as broken:
        Administration(own_database).overview.status(firm)
    assert broken.value.data["place"] == "firm_sync.login"


@pytest.mark.parametrize("own_database", ["sqlite", "postgresql"], indirect=True)
def test_rotation_moves_everything_to_the_new_key(own_database: Database) -> None:
    fill_with_canaries(own_database)
    firm = Administration(own_database).firms.every_unscoped()[0]
    url = own_database.engine.url.render_as_string(hide_password=False)
    both = open_database(url, (NEW_KEY, *KEYS))
    sealed = sealed_with_older_keys(both)
    assert sealed >= 20
    assert rotate(both) == sealed
    assert rotate(both) == sealed_with_older_keys(both) == 0
    both.close()
    only_new = open_database(url, (NEW_KEY,))
    check_keys(only_new)
    assert Administration(only_new).firms.raynet_connection(firm.id).key == "canary-key"
    (group,) = Ask(StoreGateway(only_new, LeaseBook()))(LoadGroups(firm.id, (LinkId("link-1"),)))
    assert group.pairs[0].base is not None
    assert group.pairs[0].base.raynet.title == "canary-base-title"
    only_new.close()
    with pytest.raises(Misconfigured):
        Administration(own_database).firms.get(firm.id)


def test_rotation_goes_on_where_it_was_interrupted(own_database: Database) -> None:
    firm = Administration(own_database).firms.add(new_firm(), actor="cli")

    def fill(scope: object) -> None:

        scope.store(shapes.LINK, [build.link(firm.id, f"l{n}") for n in range(1100)])  # type: ignore[attr-defined]

    own_database.write(firm.id, fill)
    both = open_database(own_database.engine.url.render_as_string(hide_password=False), (NEW_KEY, *KEYS))
    before = sealed_with_older_keys(both)
    assert before > 1100
    batches = []

    def stop_at_the_third(*_: object) -> None:
        batches.append(1)
        if len(batches) == 3:
            raise KeyboardInterrupt

    event.listen(both.engine, "commit", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        rotate(both)
    event.remove(both.engine, "commit", stop_at_the_third)
    left = sealed_with_older_keys(both)
    assert 0 < left < before
    assert rotate(both) == left
    both.close()


def test_another_master_key_is_refused_at_the_start(tmp_path: Path) -> None:
    url = fresh_url("sqlite", tmp_path)
    stranger = open_database(url, (NEW_KEY,))
    with pytest.raises(Misconfigured) as wrong:
        check_keys(stranger)
    assert wrong.value.code == "setting_key_unknown_to_store"
    stranger.close()


def test_secrets_do_not_show_in_representations(own_database: Database) -> None:
    firms = Administration(own_database).firms
    firm = firms.add(new_firm(raynet_key="canary-key"), actor="cli")
    assert "canary" not in repr(firms.raynet_connection(firm.id)) + repr(new_firm(raynet_key="canary-key"))
    assert "canary" not in lookup_digest("canary")


def test_a_password_is_kept_as_an_argon2_hash_and_locks_after_five_wrong_ones(own_database: Database) -> None:
    now = [NOW]
    people = Administrators(own_database, lambda: now[0], CHEAP)
    sign_in = SignIn(own_database, people, lambda: now[0]).by_password_unscoped
    boss = people.add("Boss@vitsol.example", AdministratorRole.CENTRAL_ADMIN, None, "a long password", actor="cli")
    assert sign_in("boss@VITSOL.example", "a long password") == boss
    assert sign_in("nobody", "a long password") is None
    for _ in range(5):
        assert sign_in(boss.login, "a wrong password") is None
    assert sign_in(boss.login, "a long password") is None
    now[0] += timedelta(minutes=16)
    found = sign_in(boss.login, "a long password")
    assert found is not None
    assert found.id == boss.id
    people.add("second@vitsol.example", AdministratorRole.CENTRAL_ADMIN, None, "a longer password", actor="cli")
    people.set_enabled(boss.id, enabled=False, actor="admin:9")
    assert sign_in(boss.login, "a long password") is None
    people.set_enabled(boss.id, enabled=True, actor="admin:9")
    people.set_password(boss.id, "another password", actor="admin:9")
    assert sign_in(boss.login, "a long password") is None
    assert sign_in(boss.login, "another password") is not None
