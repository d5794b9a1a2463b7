"""Firms of several states in a house, one of them with people who work on both sides."""

from datetime import UTC, datetime, timedelta

from server.domain.ids import FirmId, PersonId
from server.domain.state import Role
from server.store.admin.firms import NewFirm
from server.store.admin.overview import PairEntry
from server.store.admin.registrations import Applicant
from simulator.faults import Match, Rule, Status
from simulator.graph.user_actions import UserActions
from simulator.raynet.records import Ref
from tests.console.support.house import House
from tests.console.support.outside import Outside
from tests.console.support.windows import wait_for

PATIENCE = 120.0


class FirmAtWork:
    """Connected but not started; ``work`` starts it and lets things happen that an administrator has to see."""

    name = "Válcovka Vítek s.r.o."
    unconnected_name = "Ocelárna Horní Lán"

    def __init__(self, house: House, outside: Outside) -> None:
        self._house, self._outside = house, outside
        seeded, admin = outside.seeded, house.admin
        new = NewFirm(
            name=self.name,
            tenant_id=seeded.tenant_id,
            raynet_url=outside.server.world.raynet_url.rstrip("/"),
            raynet_instance=seeded.instance,
            raynet_user=seeded.api_login,
            raynet_key=seeded.api_key,
            seats=8,
            valid_until=datetime.now(UTC).date() + timedelta(days=400),
        )
        self.id: FirmId = admin.firms.add(new, actor="ros").id
        admin.firms.set_paused(self.id, paused=True, actor="ros")
        for user in seeded.users[:4]:
            admin.seats.add(self.id, user.mailbox, person_id=PersonId(user.person), actor="ros")
        self.unconnected = house.firm(self.unconnected_name, is_connected=False)
        house.firm("Beskydská lisovna s.r.o.", days=12)
        house.firm("Jeřáby Morava s.r.o.", days=-3)
        house.firm("Hydraulika Sever a.s.", seats=40)

    def work(self) -> None:
        """The first pass; then a conflict, a mass deletion that is held, a refused write, a request for a seat."""
        house, admin = self._house, self._house.admin
        last = self._outside.seeded.users[4]
        applicant = Applicant(
            tid=self._outside.seeded.tenant_id, oid=last.directory_id, email=last.mailbox, name="Lucie"
        )
        admin.registrations.ask(self.id, applicant)
        admin.firms.set_paused(self.id, paused=False, actor="ros")
        wait_for(lambda: len(self._live()) > 40 and self._is_at_rest(), "the first pass", PATIENCE)
        house.carried(self.id)
        self._disagree()
        self._refuse()
        self._delete_many()
        wait_for(lambda: admin.health.get(self.id).holds, "a hold", PATIENCE)
        wait_for(lambda: admin.health.get(self.id).conflicts, "a conflict", PATIENCE)

    def _is_at_rest(self) -> bool:
        found = self._house.admin.health.get(self.id)
        return not found.waiting.count and not found.is_worked_on

    def _live(self) -> list[PairEntry]:
        return [pair for pair in self._house.admin.overview.pairs(self.id) if pair.state.value == "live"]

    def _leads(self) -> list[PairEntry]:
        """Whose event may change the activity."""
        return [pair for pair in self._live() if pair.role is Role.LEAD and pair.activity is not None]

    def _disagree(self) -> None:
        """The same subject on both sides within a breath."""
        pair = self._leads()[0]
        self._rename(pair, "Jednání o ceně válců")
        assert pair.event is not None
        with self._outside.server.world.lock:
            self._mailbox(pair).edit(pair.event, subject="Jednání o ceně – přesunuto k nám")

    def _refuse(self) -> None:
        """Microsoft refuses one event for good."""
        pair = self._leads()[1]
        match = Match(system="graph", method="PATCH", path=str(pair.event))
        self._outside.server.world.faults.add(Rule(name="refused", match=match, action=Status(400)))
        self._rename(pair, "Školení bezpečnosti práce, 2. část")

    def _delete_many(self) -> None:
        """Somebody empties a calendar."""
        leads = self._leads()[2:]
        fullest = max((pair.mailbox for pair in leads), key=lambda one: sum(pair.mailbox == one for pair in leads))
        of_one = [pair for pair in leads if pair.mailbox == fullest]
        with self._outside.server.world.lock:
            for pair in of_one:
                self._mailbox(pair).delete(str(pair.event))

    def _rename(self, pair: PairEntry, title: str) -> None:
        assert pair.activity is not None
        kind, _, number = str(pair.activity).partition(":")
        seeded, world = self._outside.seeded, self._outside.server.world
        with world.lock:
            world.raynet.instance(seeded.instance).ui(seeded.users[0].login).edit(Ref(kind, int(number)), title=title)

    def _mailbox(self, pair: PairEntry) -> UserActions:
        return self._outside.server.world.graph.mailbox(pair.mailbox).user
