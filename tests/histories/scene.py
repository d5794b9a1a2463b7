"""Where a deed happens, and what its slot stands for on both sides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.ids import ActivityKey, ActivityType, MailboxId
from server.domain.keys import activity_of_own_key
from simulator.graph import ids
from simulator.graph.errors import GraphError
from simulator.raynet.records import Ref
from tests.histories.house import House, Person, Village
from tests.histories.store import DictStore


@dataclass(slots=True)
class Item:
    """What a slot is: its record in Raynet, and its events by the number of the person whose calendar holds them."""

    ref: Ref | None = None
    events: dict[int, str] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    """Where a deed happens."""

    village: Village
    store: DictStore
    start: datetime
    now: Callable[[], datetime]

    def item(self, house: House, slot: int) -> Item:
        found = house.slots.get(slot)
        if found is None:
            found = house.slots[slot] = Item()
        return found

    def ref(self, house: House, slot: int) -> Ref | None:
        """The slot's record, wherever it came from."""
        item = self.item(house, slot)
        if item.ref is not None and house.raynet.activity(item.ref) is not None:
            return item.ref
        rows = self.store.firms[house.id]
        for who, event in item.events.items():
            mailbox = MailboxId(house.people[who].mailbox.id)
            for pair in rows.pairs.values():
                if pair.mailbox == mailbox and pair.event == event:
                    key = rows.links[pair.link_id].activity
                    ref = Ref(key.type.value, key.id) if key is not None else None
                    if ref is not None and house.raynet.activity(ref) is not None:
                        item.ref = ref
                        return ref
        return None

    def event(self, house: House, slot: int, who: int) -> str | None:
        """The slot's event in this person's calendar."""
        item, person = self.item(house, slot), house.people[who]
        known = item.events.get(who)
        if known is not None and is_there(person, known):
            return known
        if item.ref is None:
            return None
        rows = self.store.firms[house.id]
        key = ActivityKey(ActivityType(item.ref.kind), item.ref.id)
        for link in rows.links_with.get(key, ()):
            for pair_id in sorted(rows.pairs_of.get(link, ())):
                pair = rows.pairs[pair_id]
                if pair.mailbox == person.mailbox.id and pair.event and is_there(person, pair.event):
                    item.events[who] = pair.event
                    return pair.event
        made = self._made_unheard(house, key, person)
        if made is not None:
            item.events[who] = made
        return made

    def _made_unheard(self, house: House, key: ActivityKey, person: Person) -> str | None:
        """What a create of ours has made of the activity though we have not heard so: its user sees it all the same."""
        if not any(one.event is None for one in self.store.firms[house.id].open_intents.values()):
            return None
        box = person.mailbox
        for item in box.living():
            named = (activity_of_own_key(value, MailboxId(box.id)) for _, value in item.content.state.extended)
            if key in named:
                return ids.encode(box.id, item.number, None)
        return None


def is_there(person: Person, event: str) -> bool:
    try:
        person.mailbox.item(event)
    except GraphError:
        return False
    return True
