"""Delta rounds in batches: isolation of mailboxes, order, loops, lost places."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.ids import MailboxId
from server.errors import Denied, Remote, Scope, Throttled, TokenLost, Unavailable
from server.microsoft.governor import CallCounts
from server.ports.graph import DeltaRound, DeltaWanted, ReadDeltas
from tests.server.microsoft.scripted import (
    ANNA,
    FIRM,
    GRAPH,
    START,
    Answer,
    Rig,
    Seen,
    event,
    refusal,
    rig,
    token_answer,
)

WINDOW = (datetime(2026, 10, 3, tzinfo=UTC), datetime(2027, 11, 2, tzinfo=UTC))
LINK = f"{GRAPH}/users/anna-id/calendarView/delta?$deltatoken=old"


def wanted(mailbox: str = ANNA, link: str | None = None) -> DeltaWanted:
    return DeltaWanted(mailbox=MailboxId(mailbox), link=link, start=WINDOW[0], end=WINDOW[1])


def page(*rows: Any, following: str | None = None, final: str | None = "d1") -> Answer:
    body: dict[str, Any] = {"value": list(rows)}
    base = f"{GRAPH}/users/anna-id/calendarView/delta?"
    if following is not None:
        body["@odata.nextLink"] = f"{base}$skiptoken={following}"
    elif final is not None:
        body["@odata.deltaLink"] = f"{base}$deltatoken={final}"
    return Answer(body=body)


def removed(id_: str) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.event", "id": id_, "@removed": {"reason": "deleted"}}


def read(test: Rig, *all_wanted: DeltaWanted) -> dict[MailboxId, DeltaRound | Remote]:
    outcomes: dict[MailboxId, DeltaRound | Remote] = test.perform(ReadDeltas(FIRM, all_wanted or (wanted(),)))
    return outcomes


def read_one(graph: Callable[[Seen], Answer], link: str | None = None) -> DeltaRound | Remote:
    return read(rig(graph), wanted(link=link))[ANNA]


def done(outcome: DeltaRound | Remote) -> DeltaRound:
    assert isinstance(outcome, DeltaRound), outcome
    return outcome


def paged(pages: dict[str, Answer], first: Answer) -> Callable[[Seen], Answer]:
    return lambda seen: pages.get(seen.query.get("$skiptoken", ""), first)


def test_twenty_mailboxes_cost_one_request() -> None:
    test = rig(lambda seen: page(event("e1")))
    outcomes = read(test, *(wanted(f"m{n}") for n in range(20)))
    assert [done(one).events[0].mailbox for one in outcomes.values()] == [f"m{n}" for n in range(20)]
    assert test.gateway.counters(FIRM) == CallCounts(reads=20, http=1)
    assert len(read(test, *(wanted(f"m{n}") for n in range(21)))) == 21
    assert test.gateway.counters(FIRM) == CallCounts(reads=41, http=3)


def test_a_first_round_asks_for_the_window_and_a_later_one_follows_its_link() -> None:
    test = rig(lambda seen: page(event()))
    first = done(read(test)[ANNA])
    asked = test.microsoft.entries[0]
    assert asked.path == "/users/anna-id/calendarView/delta"
    assert asked.query == {"startDateTime": "2026-10-03T00:00:00Z", "endDateTime": "2027-11-02T00:00:00Z"}
    assert first.full
    assert first.link.endswith("$deltatoken=d1")
    second = done(read(test, wanted(link=first.link))[ANNA])
    assert test.microsoft.entries[1].url == first.link
    assert not second.full
    for entry in test.microsoft.entries:
        assert entry.headers == {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=100'}


def test_pages_are_followed_and_the_last_word_on_an_id_wins() -> None:
    pages = {
        "2": page(following="3"),
        "3": page(event("e1", subject="Newer"), removed("e2"), event("e4"), removed("e4"), removed("e5"), event("e5")),
    }
    outcome = done(
        read_one(paged(pages, page(event("e1"), event("e2"), removed("e3"), event("x", subject=5), following="2")))
    )
    assert [(one.id, one.subject) for one in outcome.events] == [("e1", "Newer"), ("e5", "Visit")]
    assert outcome.removed == ("e3", "e2", "e4")
    assert outcome.odd == ("x",)


def test_a_series_shows_as_master_and_exceptions_only() -> None:
    bare = {"id": "o1", "type": "occurrence", "seriesMasterId": "m1", "@odata.etag": "x"}
    rows = [event("m1", type="seriesMaster", recurrence={"pattern": {}}), bare, event("x1", type="exception")]
    assert [one.id for one in done(read_one(lambda seen: page(*rows))).events] == ["m1", "x1"]


def test_rows_without_an_id_are_passed_over() -> None:
    assert done(read_one(lambda seen: page({"subject": "?"}, {"id": None}, event("e1")))).events[0].id == "e1"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body={"@odata.deltaLink": f"{GRAPH}/x"}),
        Answer(body={"value": None, "@odata.deltaLink": f"{GRAPH}/x"}),
        Answer(body={"value": ["text"], "@odata.deltaLink": f"{GRAPH}/x"}),
        Answer(body={"value": []}),
        Answer(body={"value": [], "@odata.nextLink": 5}),
        Answer(body="<html>200</html>"),
        Answer(body=None),
        Answer(status=500, body=None),
        Answer(body={"value": [], "@odata.nextLink": "https://evil.test/v1.0/users"}),
        Answer(body={"value": [], "@odata.deltaLink": "https://evil.test/v1.0/users"}),
    ],
)
def test_a_broken_answer_costs_only_its_own_mailbox(answer: Answer) -> None:
    test = rig(lambda seen: answer if "anna" in seen.url else page(event()))
    outcomes = read(test, wanted(), wanted("bob"))
    broken = outcomes[ANNA]
    assert isinstance(broken, Unavailable)
    assert broken.scope is Scope.MAILBOX
    assert not broken.unknown_outcome
    assert done(outcomes[MailboxId("bob")]).events
    assert all(seen.url.startswith(GRAPH) for seen in test.microsoft.requests)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (410, "resyncRequired"),
        (410, "fullSyncRequired"),
        (404, "SyncStateNotFound"),
        (400, "syncstatenotfound"),
        (400, "InvalidDeltaToken"),
        (400, "SyncStateInvalid"),
    ],
)
def test_a_lost_place_asks_for_a_full_round(status: int, code: str) -> None:
    assert isinstance(read_one(lambda seen: refusal(status, code), LINK), TokenLost)
    after_page = paged({"2": refusal(status, code)}, page(event(), following="2"))
    assert isinstance(read_one(after_page), TokenLost)


def test_a_link_of_another_graph_is_lost_without_asking_anybody() -> None:
    test = rig(lambda seen: page())
    outcome = read(test, wanted(link="https://evil.test/v1.0/users/a/calendarView/delta?x"))[ANNA]
    assert isinstance(outcome, TokenLost)
    assert test.microsoft.requests == []


def test_a_throttled_entry_concerns_its_mailbox_only() -> None:
    throttled = [refusal(429, "ApplicationThrottled", {"Retry-After": "12"})]
    test = rig(lambda seen: throttled.pop() if throttled and "anna" in seen.url else page(event()))
    outcomes = read(test, wanted(), wanted("bob"))
    waiting = outcomes[ANNA]
    assert isinstance(waiting, Throttled)
    assert (waiting.scope, (waiting.until - START).total_seconds()) == (Scope.MAILBOX, 12)
    assert done(outcomes[MailboxId("bob")]).events
    again = read(test, wanted(), wanted("bob"))
    assert isinstance(again[ANNA], Throttled)
    assert done(again[MailboxId("bob")]).events
    assert sum("anna" in entry.url for entry in test.microsoft.entries) == 1
    test.clock.forward(seconds=12)
    assert done(read(test)[ANNA]).events


def test_a_closed_or_missing_mailbox_does_not_disturb_the_others() -> None:
    answers = {
        "a": refusal(403, "ErrorAccessDenied"),
        "b": refusal(404, "MailboxNotEnabledForRESTAPI"),
        "c": page(event()),
    }
    outcomes = read(rig(lambda seen: answers[seen.path.split("/")[2]]), wanted("a"), wanted("b"), wanted("c"))
    codes = [one.code for one in outcomes.values() if isinstance(one, Denied)]
    assert codes == ["graph_no_access", "graph_no_mailbox"]
    assert done(outcomes[MailboxId("c")]).events


def test_a_batch_that_fails_whole_fails_for_each_mailbox() -> None:
    for answer in (
        Answer(status=503, body=b""),
        Answer(body={"responses": None}),
        Answer(body=b"{"),
        refusal(429, "X"),
    ):
        test = rig(lambda seen, answer=answer: answer)  # type: ignore[misc]
        test.microsoft.raw_batches = True
        outcomes = read(test, wanted("a"), wanted("b"))
        assert len(outcomes) == 2
        for outcome in outcomes.values():
            assert isinstance(outcome, Unavailable | Throttled)
            assert not getattr(outcome, "unknown_outcome", False), "only reads were sent"


def test_a_throttled_batch_makes_its_mailboxes_wait() -> None:
    answers = [refusal(429, "TooManyRequests", {"Retry-After": "8"})]
    test = rig(lambda seen: answers.pop())
    test.microsoft.raw_batches = True
    for _ in range(2):
        waiting = read(test)[ANNA]
        assert isinstance(waiting, Throttled)
        assert (waiting.until - START).total_seconds() == 8
    assert len(test.microsoft.requests) == 1


def test_an_entry_that_is_not_answered_is_unavailable() -> None:
    test = rig(lambda seen: Answer(body={"responses": [{"id": "1", "status": 200, "body": page(event()).body}, None]}))
    test.microsoft.raw_batches = True
    outcomes = read(test, wanted("a"), wanted("b"))
    assert isinstance(outcomes[MailboxId("a")], Unavailable)
    assert done(outcomes[MailboxId("b")]).events


def test_an_oversized_batch_is_asked_in_halves() -> None:
    def graph(seen: Seen) -> Answer:
        entries = seen.body["requests"]
        if any("huge" in one["url"] for one in entries):
            return Answer(body=b" " * (20 * 1024 * 1024 + 1))
        answers = [{"id": one["id"], "status": 200, "body": page(event()).body} for one in entries]
        return Answer(body={"responses": answers})

    test = rig(graph)
    test.microsoft.raw_batches = True
    outcomes = read(test, wanted("a"), wanted("huge"), wanted("c"), wanted("d"))
    assert isinstance(outcomes[MailboxId("huge")], Unavailable)
    assert [done(outcomes[MailboxId(name)]).events[0].id for name in ("a", "c", "d")] == ["e1"] * 3


def test_refused_entries_are_asked_again_once_with_a_new_token() -> None:
    def graph(seen: Seen) -> Answer:
        fresh = len(test.microsoft.token_requests) > 1
        return page(event()) if fresh or "bob" in seen.url else refusal(401, "InvalidAuthenticationToken")

    test = rig(graph)
    outcomes = read(test, wanted(), wanted("bob"))
    assert done(outcomes[ANNA]).events
    assert sum("bob" in entry.url for entry in test.microsoft.entries) == 1

    stubborn = rig(lambda seen: refusal(401, "InvalidAuthenticationToken"))
    assert isinstance(read(stubborn)[ANNA], Denied)
    assert len(stubborn.microsoft.requests) == 2


def test_without_a_token_each_mailbox_is_told_why() -> None:
    text = {"error": "unauthorized_client", "error_description": "AADSTS700016: x", "error_codes": [700016]}
    outcomes = read(rig(lambda seen: page(), lambda seen: Answer(status=400, body=text)), wanted("a"), wanted("b"))
    assert [one.code for one in outcomes.values() if isinstance(one, Denied)] == ["graph_not_consented"] * 2


class TestLoops:
    """The open defect of the service: nextLink pages that repeat for ever."""

    def test_a_loop_that_larger_pages_end_gives_a_whole_round(self) -> None:
        def graph(seen: Seen) -> Answer:
            if "maxpagesize=1000" in seen.headers["Prefer"]:
                return page(event("e1"), event("e2"))
            return page(event("e1"), event("ghost"), removed("e2"), following="again")

        test = rig(graph)
        assert [one.id for one in done(read(test)[ANNA]).events] == ["e1", "e2"]
        assert len(test.microsoft.requests) <= 4

    def test_an_endless_loop_ends_and_asks_for_the_plain_calendar(self) -> None:
        for script in (
            lambda seen: page(event("e1"), following="again"),
            lambda seen: page(event("e1"), following=str(int(seen.query.get("$skiptoken", 0)) + 1)),
            lambda seen: page(following="same"),
        ):
            test = rig(script)
            outcomes = read(test, wanted(), wanted("bob", None))
            lost = outcomes[ANNA]
            assert isinstance(lost, TokenLost)
            assert lost.detail == "delta_loop"
            assert len(test.microsoft.requests) < 10

    def test_pages_without_end_are_cut(self) -> None:
        test = rig(lambda seen: page(following=str(int(seen.query.get("$skiptoken", 0)) + 1)))
        assert isinstance(read(test)[ANNA], TokenLost)
        assert len(test.microsoft.requests) == 1000

    def test_a_loop_in_one_mailbox_leaves_the_others_alone(self) -> None:
        test = rig(lambda seen: page(event("e1"), following="again") if "anna" in seen.url else page(event("b")))
        assert done(read(test, wanted(), wanted("bob"))[MailboxId("bob")]).events

    def test_repeated_empty_pages_are_no_loop(self) -> None:
        pages = {str(n): page(following=str(n + 1)) for n in range(1, 5)} | {"5": page(event("e1"))}
        test = rig(paged(pages, page(following="1")))
        assert done(read(test)[ANNA]).events
        assert len(test.microsoft.requests) == 6


def test_tokens_without_roles_are_explained_where_the_mailbox_is_closed() -> None:
    test = rig(lambda seen: refusal(403, "ErrorAccessDenied"), lambda seen: token_answer(1, ()))
    outcome = read(test)[ANNA]
    assert isinstance(outcome, Denied)
    assert (outcome.code, outcome.scope) == ("graph_no_role", Scope.MAILBOX)
