"""What an activity can concern: clients, leads, deals and the people among them."""

from dataclasses import dataclass, field
from enum import StrEnum


class ConcernKind(StrEnum):
    """Kinds of Raynet records that an activity can concern, by the API's path names. Fact: raynet-api §14 [spec]."""

    LEAD = "lead"
    COMPANY = "company"
    BUSINESS_CASE = "businessCase"
    PROJECT = "project"
    OFFER = "offer"
    SALES_ORDER = "salesOrder"
    PERSON = "person"


#: Kinds that stand in the activity itself; a lead, and a person except in a task, takes part in it instead.
DIRECT = frozenset(ConcernKind) - {ConcernKind.LEAD, ConcernKind.PERSON}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Concern:
    """One record. ``label`` is how it was shown last; it is no part of its identity."""

    kind: ConcernKind
    id: int
    label: str = field(default="", compare=False, repr=False)
