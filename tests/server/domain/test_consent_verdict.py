"""What a ladder of checks means: each rung failing in turn, and what time may mend."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.consent import (
    ConsentCase,
    ConsentState,
    ConsentStep,
    MailboxLimit,
    StepState,
    StepVerdict,
    judged,
    next_check,
    verdict,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHOLE = {name: ConsentStep(id=name, ok=True) for name in ("token", "roles", "directory", "grants", "tenant", "mailbox")}
LONG_AGO = ConsentCase(now=NOW, granted_at=NOW - timedelta(days=3))
JUST_NOW = ConsentCase(now=NOW, granted_at=NOW - timedelta(minutes=1))


def ladder(**details: str) -> tuple[ConsentStep, ...]:
    """A whole ladder in which the named rungs are refused."""
    refused = {name: ConsentStep(id=name, ok=False, detail=detail) for name, detail in details.items()}
    return tuple((WHOLE | refused).values())


def rung(steps: tuple[StepVerdict, ...], name: str) -> StepVerdict:
    return next(one for one in steps if one.id == name)


def test_a_whole_ladder_is_consent() -> None:
    steps = judged(ladder(), LONG_AGO)
    assert {one.state for one in steps} == {StepState.OK}
    assert verdict(steps) is ConsentState.OK


@pytest.mark.parametrize(
    ("name", "detail", "code"),
    [
        ("token", "graph_not_consented/AADSTS700016", "graph_not_consented"),
        ("token", "graph_app_disabled/AADSTS7000112", "graph_app_disabled"),
        ("directory", "User.Read.All", "roles_missing"),
        ("tenant", "another_tenant", "another_tenant"),
        ("mailbox", "graph_no_access/ErrorAccessDenied", "graph_no_access"),
        ("mailbox", "graph_no_mailbox", "graph_no_mailbox"),
    ],
)
def test_each_rung_that_fails_fails_the_whole(name: str, detail: str, code: str) -> None:
    steps = judged(ladder(**{name: detail}), LONG_AGO)
    assert (rung(steps, name).state, rung(steps, name).code) == (StepState.FAILED, code)
    assert verdict(steps) is ConsentState.FAILED


def test_missing_roles_fail_where_no_calendar_was_asked() -> None:
    steps = judged(ladder(roles="Calendars.Read")[:-1], LONG_AGO)
    assert verdict(steps) is ConsentState.FAILED


def test_roles_that_exchange_grants_instead_are_no_failure() -> None:
    steps = judged(ladder(roles="Calendars.ReadWrite Calendars.Read", grants="Calendars.Read"), LONG_AGO)
    assert (rung(steps, "roles").state, rung(steps, "roles").code) == (StepState.OK, "by_exchange")
    assert verdict(steps) is ConsentState.OK


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("token", "graph_not_consented/AADSTS700016"),
        ("directory", "User.Read.All"),
        ("mailbox", "graph_no_access/ErrorAccessDenied"),
        ("mailbox", "graph_no_role"),
    ],
)
def test_right_after_consent_a_refusal_waits_until_it_can_be_believed(name: str, detail: str) -> None:
    steps = judged(ladder(**{name: detail}), JUST_NOW)
    assert rung(steps, name).state is StepState.WAITING
    assert rung(steps, name).until == NOW + timedelta(minutes=29)
    assert verdict(steps) is ConsentState.WAITING


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("tenant", "another_tenant"),
        ("token", "graph_secret_expired/AADSTS7000222"),
        ("token", "graph_conditional_access/AADSTS53003"),
        ("mailbox", "graph_no_mailbox"),
    ],
)
def test_what_time_does_not_mend_fails_at_once(name: str, detail: str) -> None:
    assert verdict(judged(ladder(**{name: detail}), JUST_NOW)) is ConsentState.FAILED


def test_a_limit_to_some_mailboxes_spreads_for_two_hours_and_is_left_alone_meanwhile() -> None:
    changed_at = NOW - timedelta(minutes=90)
    case = ConsentCase(now=NOW, granted_at=None, limit=MailboxLimit.RBAC, limit_changed_at=changed_at)
    steps = judged(ladder(mailbox="graph_no_access/ErrorAccessDenied"), case)
    assert rung(steps, "mailbox").until == NOW + timedelta(minutes=30)
    assert verdict(steps) is ConsentState.WAITING
    assert next_check(ConsentState.WAITING, case) - NOW > timedelta(minutes=30)
    unlimited = ConsentCase(now=NOW, limit_changed_at=changed_at)
    assert verdict(judged(ladder(mailbox="graph_no_access"), unlimited)) is ConsentState.FAILED


def test_what_could_not_be_found_out_decides_nothing() -> None:
    unsure = ConsentStep(id="mailbox", ok=None, detail="unavailable")
    steps = judged((*ladder()[:-1], unsure), LONG_AGO)
    assert rung(steps, "mailbox").state is StepState.UNKNOWN
    assert verdict(steps) is ConsentState.OK
    assert verdict(judged((ConsentStep(id="token", ok=None, detail="throttled"),), LONG_AGO)) is ConsentState.UNKNOWN


def test_a_consent_from_the_future_waits_for_nothing() -> None:
    """A clock that was set back must not make a refusal wait for ever."""
    case = ConsentCase(now=NOW, granted_at=NOW + timedelta(days=300))
    assert case.spreading_until is None


@pytest.mark.parametrize(
    ("state", "wait"), [("ok", timedelta(days=1)), ("failed", timedelta(hours=1)), ("unknown", timedelta(minutes=10))]
)
def test_each_state_is_looked_at_again(state: str, wait: timedelta) -> None:
    assert next_check(ConsentState(state), LONG_AGO) == NOW + wait
