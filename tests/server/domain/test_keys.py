"""Keys are the same every time, differ for different things and are understood only in their own mailbox."""

import uuid

from server.domain import keys
from server.domain.ids import ActivityKey, ActivityType, EventId, LinkId, MailboxId, PairId
from tests.support.builders import ANNA, BOB, MEETING, rich


def test_a_pairs_key_is_repeatable_and_new_with_each_generation() -> None:
    first = keys.pair_id(LinkId("l"), ANNA.mailbox, 1)
    assert first == keys.pair_id(LinkId("l"), ANNA.mailbox, 1)
    assert len({first, keys.pair_id(LinkId("l"), ANNA.mailbox, 2), keys.pair_id(LinkId("l"), BOB.mailbox, 1)}) == 3
    assert uuid.UUID(keys.transaction_id(first)).version == 5


def test_our_property_is_read_back_in_its_own_mailbox_only() -> None:
    value = keys.own_key(MEETING, PairId("p"), ANNA.mailbox)
    assert keys.activity_of_own_key(value, ANNA.mailbox) == MEETING
    assert keys.activity_of_own_key(value, BOB.mailbox) is None
    for odd in (None, "", "1|x|mb-anna|p", "2|meeting:1|mb-anna|p", "a|b"):
        assert keys.activity_of_own_key(odd, ANNA.mailbox) is None


def test_external_ids_are_short_and_placeholders_recognisable() -> None:
    ext = keys.ext_id("tenant", MailboxId("m"), EventId("e" * 200), 1)
    assert len(ext) <= 40
    assert ext != keys.ext_id("tenant", MailboxId("m"), EventId("e" * 200), 2)
    title = keys.placeholder_title(ext)
    assert keys.is_placeholder(title)
    assert not keys.is_placeholder("Porada")
    assert not keys.is_placeholder(title + "x")


def test_digests_tell_values_apart_and_ignore_markup() -> None:
    assert keys.value_digest(rich("a")) == keys.value_digest("a")
    assert keys.value_digest(rich("a")) != keys.value_digest(rich("b"))


def test_an_activity_key_reads_back() -> None:
    for kind in ActivityType:
        assert ActivityKey.parse(str(ActivityKey(kind, 7)).upper()) == ActivityKey(kind, 7)
