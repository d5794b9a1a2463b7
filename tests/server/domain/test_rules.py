"""Rules as text: every value reads back, every wrong one is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.ids import ActivityType
from server.domain.rules import RULE_NAMES, InvalidRule, Rules, as_text, with_rules

WRONG = [
    ("authority", "nobody"),
    ("window_back_days", "0"),
    ("window_back_days", "--5"),
    ("window_back_days", "5.5"),
    ("guard_share", "101"),
    ("guard_count", "9" * 5000),
    ("types", ""),
    ("types", "meeting,party"),
    ("invitations", "maybe"),
    ("unknown", "1"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        with_rules(Rules(), {name: text})
    assert refused.value.args[0] == name


@given(st.sampled_from(RULE_NAMES), st.text())
def test_any_text_is_a_value_or_an_invalid_rule(name: str, text: str) -> None:
    try:
        changed = with_rules(Rules(), {name: text})
    except InvalidRule:
        return
    assert with_rules(Rules(), as_text(changed)) == changed


def test_the_defaults_are_those_of_the_product() -> None:
    assert as_text(Rules()) == {
        "authority": "raynet",
        "mirror": "participants",
        "private_events": "time_only",
        "outlook_delete": "smart",
        "attended_events": "accepted",
        "types": "task,event,meeting,phoneCall,letter,email",
        "invitations": "off",
        "categories": "on",
        "deadline_block_minutes": "0",
        "window_back_days": "30",
        "window_ahead_days": "365",
        "guard_count": "5",
        "guard_share": "20",
        "self_registration": "approval",
    }


def test_types_read_in_any_case_and_order() -> None:
    assert with_rules(Rules(), {"types": "PHONECALL, task"}).types == (ActivityType.TASK, ActivityType.PHONE_CALL)
