"""Histories on thawed values are the histories on frozen ones; outside of them everything is frozen as before."""

from dataclasses import FrozenInstanceError, replace

import pytest

from server.domain.state import Firm
from tests.histories import thaw
from tests.histories.play import play
from tests.histories.script import Deed
from tests.histories.workload import history


def test_a_history_is_the_same_on_frozen_and_on_thawed_values() -> None:
    for seed in (2, 7, 19, 44):
        frozen = play(*history(seed))
        with thaw.thawed():
            fast = play(*history(seed))

        assert fast.trace == frozen.trace
        assert fast.calls == frozen.calls
        assert fast.problems == frozen.problems
        assert fast.script == frozen.script


def test_values_are_frozen_again_afterwards() -> None:
    with thaw.thawed(), thaw.thawed():
        pass
    deed = Deed(at_ms=1, firm=0, who=0, what="r.edit")

    with pytest.raises(FrozenInstanceError):
        deed.at_ms = 2  # type: ignore[misc]  # that is the question


def test_thawed_values_are_made_compared_and_replaced_as_frozen_ones() -> None:
    def made() -> tuple[object, ...]:
        deed, same = (Deed(at_ms=1, firm=0, who=0, what="r.edit") for _ in range(2))
        return deed, replace(deed, who=1), replace(deed), repr(deed), same == deed

    frozen = made()
    with thaw.thawed():
        assert made() == frozen
        with pytest.raises(TypeError):
            Deed(at_ms=1, firm=0)  # type: ignore[call-arg]  # that is the question
        with pytest.raises(TypeError):
            Firm()  # type: ignore[call-arg]  # as above
