"""Pairs and passes as they go out, wherever they stand in an answer."""

from server.api.v1.models import sync as shapes
from server.api.v1.words import words, words_of
from server.domain.state import Pass, Trail
from server.store.admin.item_list import PairRow
from server.store.admin.overview import PairEntry


def pair_of(one: PairRow) -> shapes.Pair:
    return shapes.Pair(
        id=one.id,
        activity=str(one.activity) if one.activity is not None else None,
        mailbox=one.mailbox,
        email=one.email,
        event=one.event,
        role=one.role,
        state=one.state,
        reason=one.reason,
        text=words_of(one.reason),
        updated_at=one.updated_at,
        failures=one.failures,
    )


def pair_of_trail(one: PairEntry) -> shapes.Pair:
    return shapes.Pair(
        id=one.pair,
        activity=str(one.activity) if one.activity is not None else None,
        mailbox=one.mailbox,
        email=one.email,
        event=one.event,
        role=one.role,
        state=one.state,
        reason=one.reason,
        text=words_of(one.reason),
        updated_at=one.updated_at,
        failures=0,
    )


def entry_of(one: Trail) -> shapes.TrailEntry:
    return shapes.TrailEntry(
        at=one.at,
        seen=one.seen,
        rule=one.reason,
        text=words(f"reason_{one.reason.value}"),
        outcome=one.outcome,
        writes=one.writes,
        pass_id=one.pass_id,
        pair=one.pair_id,
    )


def pass_of(one: Pass) -> shapes.Pass:
    can_undo = one.ended_at is not None and one.undone_at is None and one.undo_requested_at is None
    return shapes.Pass(
        id=one.id,
        started_at=one.started_at,
        ended_at=one.ended_at,
        trigger=one.trigger,
        counts=dict(one.counts),
        undo_requested_at=one.undo_requested_at,
        undone_at=one.undone_at,
        can_undo=can_undo,
    )
