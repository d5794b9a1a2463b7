"""An occasion for each reason that a plan may give and each case of the merge: short scripts, and what none meets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from server.domain import lead
from server.domain.merge import Merged, Moments, Sides, is_empty
from server.domain.reasons import Reason
from server.domain.rules import Authority
from tests.histories import corpus
from tests.histories.defects import Defect
from tests.histories.script import Deed, FirmPlan, Script

#: Scripts of the corpus that meet many reasons and cases; the others are met by those below.
_KNOWN = (
    "a-late-duplicate-seen-in-a-detail",
    "saved-twice-in-one-pass",
    "a-late-effect-after-the-calm",
    "typed-between-two-saves-of-ours",
    "a-seat-that-comes-back-beside-a-new-owner",
    "a-placeholder-that-was-repeated",
    "a-locked-left-over",
    "refused-before-its-first-match",
    "private-twins-before-the-first-match",
    "made-and-deleted-within-a-first-reading",
    "journalled-with-the-link-before",
    "a-newer-text-makes-room-for-a-restored-one",
    "a-calendar-that-refused-once",
    "unscheduled-while-it-was-written",
)
_TITLE, _OTHER = "F0 nová 0.", "F0 jiná 1."
_WHEN = [2, 600, 60]


def _deed(at_ms: int, what: str, who: int = 0, slot: int = 0, **args: Any) -> Deed:
    return Deed(at_ms=at_ms, firm=0, who=who, what=what, slot=slot, args=args)


def _script(*deeds: Deed, rules: Mapping[str, str] | None = None, **switches: Any) -> Script:
    firm = FirmPlan(people=2, rules=rules or {}, switches=switches)
    return Script(firms=(firm,), poll_seconds=5.0, calm_ms=40_000, deeds=deeds)


def _made(side: str, **more: Any) -> Deed:
    kind = {"kind": "meeting"} if side == "r" else {}
    return _deed(0, f"{side}.create", **{"title": _TITLE, "when": _WHEN, **kind, **more})


def _many() -> tuple[Deed, ...]:
    made = (_made("r", title=f"F0 nová {n}.", when=[2, 480 + 60 * n, 60]) for n in range(4))
    slots = [Deed(at_ms=0, firm=0, who=0, what=one.what, slot=n, args=one.args) for n, one in enumerate(made)]
    return (*slots, *(_deed(9_000, "r.delete", slot=n) for n in range(4)))


def _met_first(in_raynet: str, in_outlook: str) -> Script:
    """The same appointment was entered on both sides before the sync was there; what else is told differs."""
    return _script(
        _made("r", text=in_raynet), Deed(at_ms=0, firm=0, who=0, what="o.create", slot=1, args=_twin(in_outlook))
    )


def _twin(text: str) -> dict[str, Any]:
    return {"title": _TITLE, "when": _WHEN, "text": text}


def _apart(authority: str, first: str, second: str) -> Script:
    """Both sides are edited between two readings."""
    edits = {"r": {"title": _OTHER}, "o": {"subject": "F0 třetí 2."}}
    deeds = (_deed(11_000 + 900 * n, f"{side}.edit", **edits[side]) for n, side in enumerate((first, second)))
    return _script(_made("r"), *deeds, rules={"authority": authority})


OCCASIONS: dict[str, Script] = {
    "a task without a time": _script(
        _deed(0, "r.create", title=_TITLE, kind="task", client=True), deadline_in_lists=True
    ),
    "a type that is not carried": _script(_made("o"), rules={"types": "meeting"}),
    "a rule that takes types away": _script(
        _deed(0, "r.create", title=_TITLE, kind="task", client=True, when=_WHEN),
        _deed(9_000, "a.rule", types="meeting"),
        _deed(12_000, "r.edit", title=_OTHER),
    ),
    "a private event that is left out": _script(_made("o", private=True), rules={"private_events": "skip"}),
    "an invitation that is left out": _script(
        _deed(0, "o.invited", title=_TITLE, when=_WHEN, accept=True), rules={"attended_events": "none"}
    ),
    "an invitation taken back": _script(
        _deed(0, "o.invited", title=_TITLE, when=_WHEN, accept=True), _deed(12_000, "o.updated", cancel=True)
    ),
    "an organizer who cannot be read": _script(
        _deed(0, "a.mailbox", state="forbidden"),
        _made("o", people=[1]),
        _deed(20_000, "a.mailbox", state="ready"),
    ),
    "a participant who is invited too": _script(
        _made("o"), _deed(8_000, "r.add", other=1), _deed(14_000, "o.invite", other=1)
    ),
    "a participant who deletes the copy": _script(_made("r", people=[0, 1]), _deed(12_000, "o.delete", who=1)),
    "a locked record": _script(_made("o"), _deed(9_000, "r.lock"), _deed(12_000, "o.edit", subject=_OTHER)),
    "another owner": _script(_made("o"), _deed(9_000, "r.owner", other=1)),
    "done, then deleted": _script(_made("r"), _deed(9_000, "r.complete"), _deed(16_000, "o.delete")),
    "a deletion that is not carried": _script(_made("r"), _deed(9_000, "o.delete"), rules={"outlook_delete": "ignore"}),
    "many deletions, refused": _script(*_many(), _deed(20_000, "a.decide", confirm=False), rules={"guard_count": "2"}),
    "apart, Raynet leads": _apart("raynet", "r", "o"),
    "apart, Outlook leads": _apart("outlook", "r", "o"),
    "apart, Outlook was last": _apart("newest", "r", "o"),
    "apart, Raynet was last": _apart("newest", "o", "r"),
    "first met, told in Outlook": _met_first("", "text 1."),
    "first met, told in Raynet": _met_first("text 0.", ""),
    "first met, told otherwise": _met_first("text 0.", "text 1."),
    "alike on both sides": _script(
        _made("r"), _deed(9_000, "r.edit", title=_OTHER), _deed(9_900, "o.edit", subject=_OTHER)
    ),
}
#: Reasons that no history gives, and why.
NOT_GIVEN: dict[Reason, str] = {
    **dict.fromkeys(
        (
            Reason.CREATED_FROM_PANEL,
            Reason.CHANGED_IN_PANEL,
            Reason.LINKED_BY_USER,
            Reason.UNLINKED_BY_USER,
            Reason.WAITS_FOR_PANEL,
            Reason.TYPE_ONLY_IN_RAYNET,
            Reason.NOTHING_TO_CHANGE,
        ),
        "the panel's: people of the histories have none; tests/scenario/test_panel_interleavings.py plays it",
    ),
    **dict.fromkeys(
        (
            Reason.BOTH_SAME,
            Reason.MERGED,
            Reason.NOTHING_TO_DO,
            Reason.NO_SEAT,
            Reason.ORPHAN_REMOVED,
            Reason.RELEASED_NO_LICENCE,
            Reason.REMOTE_TROUBLE,
            Reason.DEFECT,
        ),
        "no plan gives it: it explains, or stands in rows of earlier releases",
    ),
    Reason.UNDONE: "an administrator's undoing of a pass, which no deed is",
    Reason.DRAFT: "nobody of the histories keeps a draft",
    Reason.INVERTED_TIMES: "Raynet's own pages take no end before its beginning",
    Reason.UNKNOWN_STATUS: "the model has the statuses that are known",
    Reason.NO_TIMES: "each event of Exchange has times",
    Reason.TEXT_TOO_LONG: "nobody of the histories writes so much",
    Reason.RELEASED_NOT_VISIBLE: "two of five thousand histories by chance: bench/histories/coverage.md",
}
#: What :func:`merge_field` may meet.
CASES = (
    "equal",
    "first: Raynet empty",
    "first: Outlook empty",
    "first: apart",
    "neither moved",
    "Raynet moved",
    "Outlook moved",
    "both moved, Raynet leads",
    "both moved, Outlook leads",
    "both moved, the newest leads: Raynet",
    "both moved, the newest leads: Outlook",
)


def scripts() -> Iterator[Script]:
    """All of them."""
    known = corpus.scripts()
    yield from OCCASIONS.values()
    yield from (known[name] for name in _KNOWN)


def case_of(sides: Sides[Any], authority: Authority, moments: Moments) -> str:
    """Which of :data:`CASES` this is."""
    if sides.raynet == sides.outlook:
        return "equal"
    if not sides.met:
        if is_empty(sides.raynet):
            return "first: Raynet empty"
        return "first: Outlook empty" if is_empty(sides.outlook) else "first: apart"
    moved = sides.raynet != sides.base_raynet, sides.outlook != sides.base_outlook
    if moved != (True, True):
        return {(True, False): "Raynet moved", (False, True): "Outlook moved"}.get(moved, "neither moved")
    if authority is Authority.NEWEST:
        return f"both moved, the newest leads: {'Outlook' if moments.outlook_is_newer else 'Raynet'}"
    return f"both moved, {'Raynet' if authority is Authority.RAYNET else 'Outlook'} leads"


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The cases that the merge meets meanwhile."""
    met: Counter[str] = Counter()

    def counting(original: Any) -> Any:
        def merge_field(sides: Sides[Any], authority: Authority, moments: Moments) -> Merged:
            met[case_of(sides, authority, moments)] += 1
            merged: Merged = original(sides, authority, moments)
            return merged

        return merge_field

    with Defect(name="counting", about="no mistake: looks on", swaps=((lead, "merge_field", counting),)).planted():
        yield met
