"""No firm sees or touches another one's rows, whoever forgets a criterion."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert, select, text, update

from server.domain.ids import FirmId
from server.domain.state import Firm
from server.errors import Forbidden
from server.ports.store import LinksOf, LoadGroups, Notices, UnlinkedActivities, UnpairedEvents
from server.store.admin.firms import Firms
from server.store.database import Database
from server.store.guard import unlimited_table
from server.store.scope import FirmScope
from server.store.tables import items, people, runtime
from server.store.tables.meta import tenant_tables
from tests.server.store import build
from tests.server.store.conftest import Ask, Keep, new_firm
from tests.support.databases import superuser


@pytest.fixture
def stranger(database: Database) -> Firm:
    return Firms(database).add(new_firm(), actor="cli")


def test_a_scope_finds_its_own_rows_only(database: Database, firm: Firm, stranger: Firm, keep: Keep, ask: Ask) -> None:
    keep(build.link(firm.id, activity=build.meeting(1)), build.pair(firm.id), build.seen_event(firm.id, "free"))
    assert ask(LoadGroups(stranger.id, (build.link(firm.id).id,))) == ()
    assert ask(LinksOf(stranger.id, activities=(build.meeting(1),))) == {}
    assert ask(UnlinkedActivities(stranger.id)) == ()
    assert ask(UnpairedEvents(stranger.id, build.seen_event(firm.id, "free").key.mailbox)) == ()
    assert [one.firm_id for one in ask(Notices(stranger.id))] == [stranger.id]


def test_a_scope_changes_its_own_rows_only(database: Database, firm: Firm, stranger: Firm, keep: Keep) -> None:
    keep(build.link(firm.id))
    changed = database.write(stranger.id, lambda scope: scope.change(update(items.link).values(masked=True)))
    assert changed == 0
    assert database.write(firm.id, lambda scope: scope.change(update(items.link).values(masked=True))) == 1


@pytest.mark.parametrize(
    "statement",
    [
        select(items.link.c.id),
        select(items.link.c.id).where(items.link.c.firm_id > 0),
        select(people.firm.c.id),
        update(items.pair).values(failures=1),
        select(items.pair.c.id).join_from(items.pair, items.link, items.pair.c.link_id == items.link.c.id)
        .where(items.pair.c.firm_id == 1),
    ],
)  # fmt: skip
def test_a_statement_past_the_scope_is_refused(database: Database, firm: Firm, statement: object) -> None:
    with pytest.raises(Forbidden) as refused:
        database.write(firm.id, lambda scope: scope.connection.execute(statement))  # type: ignore[call-overload]
    assert refused.value.code == "unscoped_statement"


def test_the_guard_knows_every_table_of_a_firm(database: Database) -> None:
    for table in tenant_tables():
        assert unlimited_table(str(select(table).compile(database.engine))) == table.name
        column = table.c.id if table.name == "firm" else table.c.firm_id
        assert unlimited_table(str(select(table).where(column == 1).compile(database.engine))) is None
        assert unlimited_table(str(table.delete().compile(database.engine))) == table.name


@pytest.fixture
def bare(database: Database) -> Iterator[Connection]:
    """A connection without any scope, as the application's role: what remains is row-level security."""
    with database.engine.connect() as connection:
        yield connection


def enter(connection: Connection, firm: FirmId) -> None:
    connection.execute(text("SELECT set_config('ros.firm_id', :firm, true)"), {"firm": str(firm)})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_row_level_security_hides_everything_without_a_firm(firm: Firm, keep: Keep, bare: Connection) -> None:
    keep(build.link(firm.id), build.pair(firm.id), build.trail(firm.id))
    for table in tenant_tables():
        assert bare.execute(select(text("1")).select_from(table)).all() == [], table.name


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_row_level_security_shows_and_takes_the_own_firm_only(
    firm: Firm, stranger: Firm, keep: Keep, bare: Connection
) -> None:
    keep(build.link(firm.id), build.attention(firm.id))
    enter(bare, stranger.id)
    assert bare.execute(select(items.link.c.id)).all() == []
    assert bare.execute(update(items.link).values(masked=True)).rowcount == 0
    assert bare.execute(select(people.firm.c.id)).scalars().all() == [stranger.id]
    with pytest.raises(Exception, match="row-level security"):
        bare.execute(
            insert(runtime.attention).values(firm_id=firm.id, link_id="x", due_at=build.NOW, attempts=0, why="")
        )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_firm_s_transaction_leaves_nothing_behind_on_its_connection(
    database: Database, firm: Firm, keep: Keep
) -> None:
    keep(build.link(firm.id))
    database.read(firm.id, lambda scope: scope.rows(select(items.link.c.id)))
    with database.engine.connect() as connection:
        assert connection.execute(select(items.link.c.id)).all() == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_every_table_of_a_firm_forces_row_level_security(database: Database) -> None:
    """Also for its owner; and the tests' role cannot get round it."""
    with superuser(database.engine.url.render_as_string(hide_password=False)).connect() as connection:
        forced = connection.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"))
        assert {row[0] for row in forced} == {table.name for table in tenant_tables()}
    with database.engine.connect() as connection:
        role = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert connection.execute(role).scalar_one() is False


def test_a_scope_works_for_one_firm(database: Database, firm: Firm) -> None:
    def work(scope: FirmScope) -> list[object]:
        return [row[0] for row in scope.rows(select(people.firm.c.id))]

    assert database.read(firm.id, work) == [firm.id]
