"""Who in Raynet is who in Outlook: people of both directories, finding them, proposing who belongs to whom. Pure.

Nobody is ever guessed: a proposal rests on one address, or on one name that is single on both sides; everything else
is listed for a person to decide.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

#: Titles and degrees that stand beside a name on one side only.
_TITLES: Final = frozenset(
    """
    ing mgr mudr mvdr judr rndr phdr paeddr thdr pharmdr bc bca dr doc prof phd csc drsc mba llm dis arch
    akad mga artd thd rsdr msc mph
    """.split()
)
#: Shorter words are no name but an initial.
_SHORTEST_NAME: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A person of a directory. ``id`` is Raynet's person number or the mailbox's id, ``addresses`` primary first."""

    id: str
    name: str = field(repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    active: bool = True


class Confidence(StrEnum):
    #: The same primary address.
    CERTAIN = "certain"
    #: The same address, an alias on one of the sides.
    HIGH = "high"
    #: The same name, and no other person of that name on either side.
    PROBABLE = "probable"
    #: Several could be meant: an administrator decides.
    AMBIGUOUS = "ambiguous"
    NONE = "none"


class Why(StrEnum):
    SAME_ADDRESS = "same_address"
    ALIAS = "alias"
    SAME_NAME = "same_name"
    SEVERAL_WITH_ADDRESS = "several_with_address"
    SEVERAL_WITH_NAME = "several_with_name"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Which mailbox a Raynet person has. ``mailbox`` is set only where it is not ambiguous; then it is alone."""

    person: Entry
    confidence: Confidence
    why: Why
    mailbox: Entry | None = None
    candidates: tuple[Entry, ...] = ()


def folded(text: str) -> str:
    """``text`` without case and accents, for comparing and searching.

    >>> folded("  Dvořáková-Šťastná ")
    'dvorakova-stastna'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.replace("ł", "l").replace("đ", "d").replace("ø", "o").split())


def name_key(name: str) -> str:
    """A name in whatever order and with whatever titles; empty for what is no full name.

    >>> name_key("Ing. Jana NOVÁKOVÁ, Ph.D.") == name_key("Nováková Jana")
    True
    """
    text = folded(name).replace("ph.d", "phd").replace("dr.sc", "drsc")
    words = "".join(letter if letter.isalnum() or letter in "-'" else " " for letter in text).split()
    names = sorted(word for word in words if word not in _TITLES and len(word) >= _SHORTEST_NAME)
    return " ".join(names) if len(names) > 1 else ""


def found(entries: Iterable[Entry], wanted: str, limit: int) -> tuple[Entry, ...]:
    """Those whose name or address contains every word of ``wanted``; whose name begins with it come first."""
    words = folded(wanted).split()
    hits = []
    for entry in entries:
        name = folded(entry.name)
        text = " ".join((name, *(folded(address) for address in entry.addresses)))
        if all(word in text for word in words):
            begins = any(part.startswith(words[0]) for part in text.split()) if words else True
            hits.append((not begins, name, entry.id, entry))
    return tuple(hit[-1] for hit in sorted(hits, key=lambda hit: hit[:3])[:limit])


def proposals(persons: Sequence[Entry], mailboxes: Sequence[Entry]) -> tuple[Proposal, ...]:
    """One for each active person of Raynet, by name: addresses first, then names among those left over."""
    people = [one for one in persons if one.active]
    by_address = _by_address(mailboxes)
    wanted_by: Mapping[str, list[Entry]] = _by_address(people)
    out: dict[str, Proposal] = {}
    for person in people:
        proposal = _by_addresses(person, by_address, wanted_by)
        if proposal is not None:
            out[person.id] = proposal
    taken = {one.mailbox.id for one in out.values() if one.mailbox is not None}
    namesakes, mailboxes_named = _by_name(people), _by_name(mailboxes)
    for person in people:
        if person.id not in out:
            key = name_key(person.name)
            hits = [one for one in mailboxes_named.get(key, ()) if one.id not in taken]
            is_single = len(namesakes.get(key, ())) == len(mailboxes_named.get(key, ())) == 1
            out[person.id] = _by_names(person, sorted(hits, key=lambda one: one.id), is_single=is_single)
    return tuple(sorted(out.values(), key=lambda one: (folded(one.person.name), one.person.id)))


def _by_addresses(
    person: Entry, mailboxes: Mapping[str, list[Entry]], wanted_by: Mapping[str, list[Entry]]
) -> Proposal | None:
    """A mailbox with one of the person's addresses, unless another person has it too."""
    hits = {one.id: one for address in person.addresses for one in mailboxes.get(address, ())}
    if not hits:
        return None
    rivals = {one.id for hit in hits.values() for address in hit.addresses for one in wanted_by.get(address, ())}
    several = tuple(hits[number] for number in sorted(hits))
    if len(hits) > 1 or rivals - {person.id}:
        return Proposal(
            person=person, confidence=Confidence.AMBIGUOUS, why=Why.SEVERAL_WITH_ADDRESS, candidates=several
        )
    mailbox = several[0]
    is_primary = bool(person.addresses and mailbox.addresses and person.addresses[0] == mailbox.addresses[0])
    return Proposal(
        person=person,
        confidence=Confidence.CERTAIN if is_primary else Confidence.HIGH,
        why=Why.SAME_ADDRESS if is_primary else Why.ALIAS,
        mailbox=mailbox,
        candidates=several,
    )


def _by_names(person: Entry, free: Sequence[Entry], *, is_single: bool) -> Proposal:
    """``free``: mailboxes of that name that nobody else has. A namesake on either side makes it ambiguous."""
    hits = tuple(free)
    if not hits:
        return Proposal(person=person, confidence=Confidence.NONE, why=Why.NOBODY)
    if not is_single:
        return Proposal(person=person, confidence=Confidence.AMBIGUOUS, why=Why.SEVERAL_WITH_NAME, candidates=hits)
    return Proposal(person=person, confidence=Confidence.PROBABLE, why=Why.SAME_NAME, mailbox=hits[0], candidates=hits)


def _by_address(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    out: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for address in dict.fromkeys(entry.addresses):
            out[address].append(entry)
    return out


def _by_name(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    out: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        key = name_key(entry.name)
        if key:
            out[key].append(entry)
    return out
