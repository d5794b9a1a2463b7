"""From a seed to a script: what people do (hot items, edited on opposite sides within seconds), what goes wrong where.

Swarm: each history draws its own few kinds of faults and readings of the vendors, so that no two are alike; faults
prefer writes five times. What can only be known while it runs (which call is struck) is the :class:`Weather`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.histories.script import Accident, Deed, FirmPlan, Script
from tests.histories.wire import FAULTS

STARTS = (
    "2026-03-02T09:00:00+00:00",
    "2026-03-28T20:00:00+00:00",  # the night before the hour that spring skips
    "2026-10-24T19:00:00+00:00",  # the night before the hour that autumn repeats
    "2026-12-31T21:30:00+00:00",
    "2026-06-15T07:00:00+00:00",
)
KINDS = ("task", "meeting", "event", "phoneCall", "email", "letter")
#: Minutes of the day that matter: midnight, the hours that summer time skips and repeats, working hours.
MINUTES = (0, 120, 150, 180, 510, 540, 600, 870, 1410)
LENGTHS = (30, 60, 60, 90, 1440)

#: Readings of Graph that a history may follow.
GRAPH_READINGS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("duplicate_transaction_status", (400, 409)),
    ("transaction_after_delete", ("replay", "duplicate", "forgotten")),
    ("create_answer_change_key_differs", (False, True)),
    ("post_create_bump_seconds", (None, 0.5, 2.0, 30.0)),
    ("post_create_bumps", (1, 2)),
    ("overlap_conflict_probability", (0.0, 0.3)),
    ("random_conflict_probability", (0.0, 0.05)),
    ("delta_visibility_seconds", (0.0, 0.0, 3.0)),
    ("delta_repeat_probability", (0.0, 0.1)),
    ("delta_shuffles", (False, True)),
    ("delta_reports_outside", (True, False)),
    ("delta_reports_private_saves", (True, False)),
    ("meeting_delivery_seconds", (0.0, 5.0, 60.0)),
    ("extended_properties_travel", (False, True)),
    ("occurrences_share_ical_uid", (True, False)),
)
#: Readings of Raynet.
RAYNET_READINGS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("inline_ext_id", ("honoured", "ignored", "error")),
    ("ext_id_unique", (True, False)),
    ("personal_on_create", ("task", "ignored", "honoured")),
    ("personal_when_unlinked", (False, True)),
    ("create_answers_bare_id", (False, True)),
    ("participants_replace", (False, True)),
    ("schedule_makes_scheduled", (True, False)),
    ("new_clears_schedule", (True, False)),
    ("unchanged_save_bumps", (True, False)),
    ("ext_id_bumps", (False, True)),
    ("locked_status", (403, 500)),
    ("invisible_status", (404, 500)),
    ("version_in_detail", (False, True)),
    ("deadline_in_lists", (False, True)),
    ("row_info_to_the_minute", (False, True)),
    # Not "recreated": with the old record's creation date and an unchanged total, nothing but the night finds the twin.
    ("type_change", ("moves", "hidden")),
    ("null_in_update", ("clears", "ignored")),
    ("separate_id_spaces", (False, True)),
)
RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("authority", ("outlook", "newest")),
    ("mirror", ("owner",)),
    ("private_events", ("full", "skip")),
    ("outlook_delete", ("cancel", "delete", "ignore")),
    ("attended_events", ("all", "none")),
    ("categories", ("off",)),
    ("guard_count", ("2", "3")),
    ("deadline_block_minutes", ("30",)),
    ("window_ahead_days", ("20",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Which calls are struck, drawn while the history runs: at these rates, by these faults."""

    seed: int
    faults: tuple[str, ...] = ()
    write_rate: float = 0.0
    read_rate: float = 0.0
    commit_rate: float = 0.0
    gap_rate: float = 0.0


def history(seed: int) -> tuple[Script, Weather]:
    """The history of a seed."""
    rng = random.Random(seed)
    firms = tuple(_firm(rng) for _ in range(1 if rng.random() < 0.6 else 2))
    switches = readings(rng, GRAPH_READINGS, 0.25)
    if switches.get("delta_repeat_probability"):
        switches["delta_repeats_old"] = random.Random(f"{seed}:repeats").random() < 0.5
    calm_ms = rng.choice((45_000, 90_000, 150_000, 240_000))
    script = Script(
        start=rng.choice(STARTS),
        schedule=rng.getrandbits(32),
        firms=firms,
        workers=rng.choices((1, 2, 3), (6, 3, 1))[0],
        poll_seconds=rng.choice((15.0, 15.0, 15.0, 5.0)),
        portions=random.Random(f"{seed}:portions").choice((0, 0, 0, 1, 2, 3)),
        switches=switches,
        push=rng.choice((0.0, 0.6, 0.95, 1.0)),
        push_delay_ms=rng.choice((3_000, 3_000, 30_000, 180_000)),
        deeds=_deeds(rng, firms, calm_ms, lag=bool(switches.get("delta_visibility_seconds"))),
        accidents=_accidents(rng, calm_ms),
        calm_ms=calm_ms,
    )
    return script, _weather(rng, seed)


def _firm(rng: random.Random) -> FirmPlan:
    people = rng.choices((1, 2, 3, 4), (2, 5, 3, 1))[0]
    rules = {name: rng.choice(values) for name, values in rng.sample(RULES, rng.choice((0, 0, 1, 1, 2)))}
    switches = readings(rng, RAYNET_READINGS, 0.2)
    if switches.get("separate_id_spaces"):
        # A record that changes its type cannot keep its id where each type counts its own.
        switches["type_change"] = "hidden"
    seatless = 1 if people > 1 and rng.random() < 0.15 else 0
    return FirmPlan(people=people, seatless=seatless, rules=rules, switches=switches)


def readings(rng: random.Random, known: Sequence[tuple[str, tuple[Any, ...]]], share: float) -> dict[str, Any]:
    out = {}
    for name, values in known:
        if rng.random() < share:
            out[name] = rng.choice(values)
    return out


def _weather(rng: random.Random, seed: int) -> Weather:
    kinds = sorted(FAULTS)
    chosen = tuple(rng.sample(kinds, rng.choice((0, 1, 2, 4, 7))))
    rate = rng.choice((0.0, 0.05, 0.12, 0.3)) if chosen else 0.0
    return Weather(
        seed=seed,
        faults=chosen,
        write_rate=rate,
        read_rate=rate / 10,
        commit_rate=rng.choice((0.0, 0.0, 0.01, 0.03)),
        gap_rate=rng.choice((0.0, 0.3, 0.8)),
    )


def _accidents(rng: random.Random, calm_ms: int) -> tuple[Accident, ...]:
    out = []
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4))):
        at, worker = rng.randrange(calm_ms), rng.randrange(3)
        kind = rng.choice(("kill", "kill", "pause", "pause", "skew"))
        if kind == "kill":
            out.append(Accident(worker=worker, what=kind, at_ms=at, lasts_ms=rng.choice((500, 3_000, 20_000))))
        elif kind == "pause":
            out.append(
                Accident(worker=worker, what=kind, at_ms=at, lasts_ms=rng.choice((4_000, 12_000, 60_000, 300_000)))
            )
        else:
            out.append(Accident(worker=worker, what=kind, lasts_ms=rng.choice((-300_000, -5_000, 5_000, 300_000))))
    return tuple(sorted(out, key=lambda one: one.at_ms))


# --- deeds ----------------------------------------------------------------------------------------------------------


def _deeds(rng: random.Random, firms: tuple[FirmPlan, ...], calm_ms: int, *, lag: bool) -> tuple[Deed, ...]:
    out: list[Deed] = []
    slots = [0] * len(firms)
    total = rng.randint(4, 21)
    # Some items are there before the first turn, shown at once: they are met by the first match.
    early = rng.choice((0, 0, 1, 3))
    at, last = 0, (0, 0)
    for number in range(total):
        firm = rng.randrange(len(firms))
        hot = slots[firm] > 0 and rng.random() < 0.65
        if number < early:
            at = 0
        elif hot and rng.random() < 0.6:
            firm, _ = last if slots[last[0]] else (firm, 0)
            at += int(min(30_000, rng.expovariate(1 / 4_000)))
        else:
            at += int(rng.expovariate(1 / (calm_ms / total)))
        at = min(at, calm_ms - 1)
        who = rng.randrange(firms[firm].people)
        if not slots[firm] or (not hot and rng.random() < 0.45):
            deed = creation(rng, firm, who, slots[firm], at, number)
            last = (firm, slots[firm])
            slots[firm] += 1
            if number < early and deed.what == "r.create" and "when" in deed.args and not lag and rng.random() < 0.5:
                out.append(_twin(deed, slots[firm]))
                slots[firm] += 1
        elif rng.random() < 0.07:
            deed = office(rng, firm, who, at, calm_ms)
            back = undone(deed, rng, calm_ms)
            out += [back] if back is not None else []
        else:
            slot = last[1] if last[0] == firm and rng.random() < 0.7 else rng.randrange(slots[firm])
            deed = change(rng, firm, who, slot, at, number, firms[firm].people)
            last = (firm, slot)
        out.append(deed)
    return tuple(sorted(out, key=lambda one: one.at_ms))


def _when(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.2:
        return {"days": [rng.choice((0, 1, 2, 5)), rng.choice((1, 1, 2, 7))]}
    day = rng.choice((0, 1, 1, 1, 2, 3, 7, 25, -1, -40, 360, 400) if rng.random() < 0.3 else (1, 1, 2, 3, 7))
    return {"when": [day, rng.choice(MINUTES), rng.choice(LENGTHS)]}


def creation(rng: random.Random, firm: int, who: int, slot: int, at: int, number: int) -> Deed:
    args: dict[str, Any] = {"title": f"F{firm} nová {number}."}
    if rng.random() < 0.5:
        args["text"] = f"text {number}."
    if rng.random() < 0.3:
        args["place"] = f"místo {number}."
    if rng.random() < 0.35:
        args["people"] = [rng.randrange(4)]
    if rng.random() < 0.5:
        args["kind"] = rng.choice(KINDS)
        if rng.random() < 0.92:
            args |= _when(rng)
        if rng.random() < 0.3 or args["kind"] == "task":
            args["client"] = True
        if rng.random() < 0.2:
            args["personal"] = rng.random() < 0.5
        return Deed(at_ms=at, firm=firm, who=who, what="r.create", slot=slot, args=args)
    args |= _when(rng)
    roll = rng.random()
    if roll < 0.08 and "when" in args:
        del args["text" if "text" in args else "title"]
        args = {"title": f"F{firm} pozvánka {number}.", "when": args["when"], "accept": rng.random() < 0.6}
        return Deed(at_ms=at, firm=firm, who=who, what="o.invited", slot=slot, args=args)
    if roll < 0.16:
        args["series"] = True
    elif roll < 0.34:
        args["private"] = True
    if rng.random() < 0.15:
        args["contact"] = True
    return Deed(at_ms=at, firm=firm, who=who, what="o.create", slot=slot, args=args)


def _twin(deed: Deed, slot: int) -> Deed:
    """The same appointment, entered by hand on the other side before the sync was there."""
    args = {name: deed.args[name] for name in ("title", "text", "place", "when") if name in deed.args}
    if deed.args["kind"] not in ("meeting", "event"):
        args.pop("place", None)
    return Deed(at_ms=0, firm=deed.firm, who=deed.who, what="o.create", slot=slot, args=args)


def change(rng: random.Random, firm: int, who: int, slot: int, at: int, number: int, people: int) -> Deed:
    side = rng.choice("ro")
    if rng.random() < 0.55:
        return Deed(at_ms=at, firm=firm, who=who, what=f"{side}.edit", slot=slot, args=_edit(rng, side, firm, number))
    name, args = _move(rng, side, firm, number, people)
    return Deed(at_ms=at, firm=firm, who=who, what=name, slot=slot, args=args)


def _edit(rng: random.Random, side: str, firm: int, number: int) -> dict[str, Any]:
    title = "title" if side == "r" else "subject"
    text = "description" if side == "r" else "text"
    place = "meeting_place" if side == "r" else "place"
    args: dict[str, Any] = {}
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        match rng.randrange(6):
            case 0 | 1:
                args[title] = f"F{firm} jiný {number}."
            case 2:
                args[text] = f"popis {number}."
            case 3:
                args[place] = f"jinde {number}."
            case 4:
                args |= {name: value for name, value in _when(rng).items() if not {"when", "days"} & args.keys()}
            case _:
                if side == "r":
                    args["priority"] = rng.choice(("MINOR", "DEFAULT", "CRITICAL"))
                else:
                    args["importance"] = rng.choice(("low", "normal", "high"))
    return args


def _move(rng: random.Random, side: str, firm: int, number: int, people: int) -> tuple[str, dict[str, Any]]:
    other = rng.randrange(max(2, people))
    if side == "r":
        names: tuple[str, ...] = (
            "r.delete",
            "r.cancel",
            "r.complete",
            "r.reopen",
            "r.unschedule",
            "r.add",
            "r.drop",
            "r.owner",
        )
        names += ("r.type", "r.lock", "r.unlock", "r.repeat", "r.edit", "r.delete", "r.add", "r.edit")
        name = rng.choice(names)
        if name in ("r.add", "r.drop", "r.owner"):
            return name, {"other": other}
        if name == "r.type":
            return name, {"kind": rng.choice(KINDS)}
        return name, {"personal": rng.random() < 0.5} if name == "r.edit" else {}
    names = ("o.delete", "o.delete", "o.edit", "o.edit", "o.edit", "o.restore", "o.invite", "o.accept", "o.decline")
    names += ("o.recreate", "o.teams", "o.reminder", "o.delete_for_good", "o.updated", "o.series_day", "o.body")
    name = rng.choice(names)
    match name:
        case "o.edit":
            choices: tuple[dict[str, Any], ...] = (
                {"sensitivity": "private"},
                {"sensitivity": "private", "subject": f"F{firm} tajné {number}."},
                {"sensitivity": "normal"},
                {"categories": "Modrá"},
            )
            return name, rng.choice(choices)
        case "o.invite":
            return name, {"other": other}
        case "o.updated":
            return name, {"cancel": True} if rng.random() < 0.3 else {"subject": f"F{firm} od hosta {number}."}
        case "o.series_day":
            return name, {"subject": f"F{firm} den {number}."}
        case "o.body":
            return name, {"text": f"z Outlooku {number}."}
        case _:
            return name, {}


def office(rng: random.Random, firm: int, who: int, at: int, calm_ms: int) -> Deed:
    """Administrators and vendors."""
    choices: tuple[tuple[str, dict[str, Any]], ...] = (
        ("a.seat", {"on": False}),
        ("a.licence", {"on": False}),
        ("a.rule", {rng.choice(("authority", "authority")): rng.choice(("raynet", "outlook", "newest"))}),
        ("a.pause", {"on": False}),
        ("a.key", {"on": False}),
        ("a.consent", {"on": False}),
        ("a.mailbox", {"state": rng.choice(("none", "moving", "forbidden", "quota full"))}),
        ("a.tokens", {}),
        ("a.tokens", {}),
        ("a.restore", {}),
        ("a.restore", {}),
        ("a.decide", {"confirm": rng.random() < 0.6}),
        ("a.rename", {"name": "nova"}),
    )
    name, args = rng.choice(choices)
    return Deed(at_ms=at, firm=firm, who=who, what=name, args=args)


def undone(deed: Deed, rng: random.Random, calm_ms: int) -> Deed | None:
    """What was taken away comes back before the calm, or an hour of simulated time would pass in waiting."""
    at = rng.randrange(deed.at_ms, calm_ms)
    if deed.args.get("on") is False:
        return Deed(at_ms=at, firm=deed.firm, who=deed.who, what=deed.what, args={"on": True})
    if deed.what == "a.mailbox":
        return Deed(at_ms=at, firm=deed.firm, who=deed.who, what=deed.what, args={"state": "ready"})
    return None
