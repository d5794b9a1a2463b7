"""A row that nobody can read any more stops its own item, and no other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.rig import Rig


@pytest.mark.parametrize("broken", [b"\0", b"\xff" * 60], ids=["cut", "foreign"])
def test_an_unreadable_pair_is_set_aside_and_the_others_of_its_chunk_go_on(
    firm: Callable[..., Rig], broken: bytes
) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    refs = [
        jana.ui.create("meeting", start=rig.clock() + timedelta(hours=n), title=f"Porada {n}").ref for n in range(1, 6)
    ]
    rig.sync()
    spoilt = jana.outlook.find("Porada 3")
    spoil = text("UPDATE pair SET base = :broken WHERE event = :event")
    rig.database.write_unscoped(lambda one: one.execute(spoil, {"broken": broken, "event": spoilt}))
    for number, ref in enumerate(refs, 1):
        jana.ui.edit(ref, title=f"Schůzka {number}")

    rig.tick()
    result = rig.one_pass()

    assert {one.subject for one in jana.outlook.events().values()} == {
        "Porada 3",
        *(f"Schůzka {number}" for number in (1, 2, 4, 5)),
    }
    assert [one.code for one in result.errors] == ["defect"]
    rig.tick()
    # The broken one waits for its next try and makes nobody else wait.
    assert rig.one_pass().quiet
