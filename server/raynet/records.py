"""Records that an activity can concern, and activity categories: lists for search by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from server.domain.concern import Concern, ConcernKind
from server.domain.record import Category, Record
from server.domain.text import clean
from server.ports.raynet import ActivityCategories, FindRecords, NewestRecords, RecordPage
from server.raynet.access import ISO_DATES, Access, understood
from server.raynet.client import Call
from server.raynet.quota import Lane
from server.raynet.replies import Subject, data_of
from server.raynet.translate import UnreadableError, id_of, label_of, read_instant, written_instant
from server.raynet.wire import ContactShape, Id, Json

#: Fact: leaves out invalidated records; leads have no such column [spec], §15.
_VALID: Final = ("rowInfo.rowAccess[NE_OR_NULL]", "INVALID")
_NEWEST: Final = (("sortColumn", "rowInfo.lastModifiedAt"), ("sortDirection", "DESC"))
#: The column in which a typed text is looked for. Fact: §15 [spec].
_NAMES: Final[Mapping[ConcernKind, str]] = {
    ConcernKind.LEAD: "companyName",
    ConcernKind.COMPANY: "name",
    ConcernKind.BUSINESS_CASE: "name",
    ConcernKind.PROJECT: "name",
    ConcernKind.OFFER: "name",
    ConcernKind.SALES_ORDER: "name",
    ConcernKind.PERSON: "lastName",
}
#: Fact: states that mean "still worked on" [spec], §15; other lists' states are code lists of the instance.
_ACTIVE: Final = frozenset({"B_ACTIVE"})


def _dict(value: object) -> object:
    return value if isinstance(value, dict) else None


class _Address(BaseModel):
    model_config = ConfigDict(extra="ignore")

    contact: Annotated[ContactShape | None, BeforeValidator(_dict)] = Field(None, alias="contactInfo")
    address: Annotated[dict[str, Json] | None, BeforeValidator(_dict)] = None


class _RecordShape(BaseModel):
    """Of every list only what a search shows."""

    model_config = ConfigDict(extra="ignore")

    id: Id
    code: str | None = None
    name: str | None = None
    topic: str | None = None
    company_name: str | None = Field(None, alias="companyName")
    title_before: str | None = Field(None, alias="titleBefore")
    first_name: str | None = Field(None, alias="firstName")
    last_name: str | None = Field(None, alias="lastName")
    title_after: str | None = Field(None, alias="titleAfter")
    reg_number: str | None = Field(None, alias="regNumber")
    status: str | None = None
    company: Annotated[dict[str, Json] | None, BeforeValidator(_dict)] = None
    relationship: Annotated[dict[str, Json] | None, BeforeValidator(_dict)] = Field(None, alias="primaryRelationship")
    contact: Annotated[ContactShape | None, BeforeValidator(_dict)] = Field(None, alias="contactInfo")
    primary: Annotated[_Address | None, BeforeValidator(_dict)] = Field(None, alias="primaryAddress")
    created_at: str | None = Field(None, alias="rowInfo.createdAt")
    updated_at: str | None = Field(None, alias="rowInfo.updatedAt")
    row_access: str | None = Field(None, alias="rowInfo.rowAccess")

    @property
    def person_name(self) -> str:
        parts = (self.title_before, self.first_name, self.last_name, self.title_after)
        return " ".join(part.strip() for part in parts if part and part.strip())

    @property
    def city(self) -> str:
        city = (self.primary.address or {}).get("city") if self.primary is not None else None
        return city if isinstance(city, str) else ""

    @property
    def emails(self) -> tuple[str, ...]:
        contacts = (self.contact, self.primary.contact if self.primary is not None else None)
        given = [one for contact in contacts if contact is not None for one in (contact.email, contact.email2)]
        return tuple(dict.fromkeys(one.strip().lower() for one in given if one and one.strip()))


def newest(access: Access, op: NewestRecords) -> RecordPage:
    """Fact: ``rowInfo.lastModifiedAt`` can be filtered and sorted by on each of these lists [spec], §5, contracts."""
    since = (("rowInfo.lastModifiedAt[GE]", written_instant(op.since, access.zone)),) if op.since is not None else ()
    return _page(access, op.kind, (*since, *_NEWEST), _Part(offset=op.offset, limit=op.limit, lane=Lane.SWEEP))


def find(access: Access, op: FindRecords) -> RecordPage:
    """By a part of the name as it was typed. Fact: ``LIKE`` uses ``%``; whether it minds accents is open, §5 [spec]."""
    text = op.text.replace("%", "").strip()
    like = (f"{_NAMES[op.kind]}[LIKE_NOCASE]", f"%{text}%")
    return _page(access, op.kind, (like, *_NEWEST), _Part(offset=0, limit=op.limit, lane=Lane.USER))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    offset: int
    limit: int
    lane: Lane


def _page(access: Access, kind: ConcernKind, query: tuple[tuple[str, str], ...], part: _Part) -> RecordPage:
    valid = () if kind is ConcernKind.LEAD else (_VALID,)
    found = access.page(
        f"{kind.value}/",
        (*query, *valid),
        lane=part.lane,
        subject=Subject.EXTRA,
        offset=part.offset,
        limit=part.limit,
    )
    return RecordPage(
        records=tuple(_readable(access, kind, found.rows)),
        total=found.total,
        more=part.offset + len(found.rows) < found.total and bool(found.rows),
    )


def _readable(access: Access, kind: ConcernKind, rows: Iterable[Json]) -> Iterable[Record]:
    """Rows that can be understood; an odd one is noted by its id and left out."""
    for row in rows:
        try:
            record = _record(access, kind, _RecordShape.model_validate(row))
        except (ValidationError, UnreadableError):
            access.note_odd_row("odd_record", id_of(row))
            continue
        if record.label:
            yield record


def _record(access: Access, kind: ConcernKind, shape: _RecordShape) -> Record:
    label, detail = _shown(kind, shape)
    return Record(
        kind=kind,
        id=shape.id,
        label=clean(label).strip() or (shape.code or ""),
        detail=clean(detail).strip(),
        emails=shape.emails,
        company=_company(kind, shape),
        active=shape.row_access is None and (shape.status is None or shape.status in _ACTIVE),
        modified_at=read_instant(shape.updated_at or shape.created_at, access.zone),
    )


def _shown(kind: ConcernKind, shape: _RecordShape) -> tuple[str, str]:
    """Label and what stands beside it. Fact: label fields of each list, §15 [spec]; lists of persons have no name."""
    match kind:
        case ConcernKind.PERSON:
            return shape.person_name, ""
        case ConcernKind.COMPANY:
            return shape.name or shape.person_name, ", ".join(one for one in (shape.reg_number, shape.city) if one)
        case ConcernKind.LEAD:
            return shape.topic or shape.company_name or shape.person_name, " · ".join(
                one for one in (shape.code, shape.company_name or shape.person_name) if one
            )
        case ConcernKind.BUSINESS_CASE | ConcernKind.PROJECT | ConcernKind.OFFER | ConcernKind.SALES_ORDER:
            return shape.name or "", shape.code or ""


def _company(kind: ConcernKind, shape: _RecordShape) -> Concern | None:
    given: Json = shape.company
    if kind is ConcernKind.PERSON and shape.relationship is not None:
        given = shape.relationship.get("company")
    number = id_of(given)
    return Concern(kind=ConcernKind.COMPANY, id=number, label=label_of(given)) if number else None


def categories(access: Access, _op: ActivityCategories) -> tuple[Category, ...]:
    """Fact: rows ``{id, code01 (name), code02 (colour without #)}``; the list takes no paging [spec], §12."""
    reply = access.send(Call(method="GET", path="activityCategory/", query=(ISO_DATES,), subject=Subject.EXTRA))
    found = understood(reply, lambda: data_of(reply))
    rows = (
        row
        for row in (found if isinstance(found, list) else ())
        if isinstance(row, dict) and isinstance(row.get("code01"), str)
    )
    listed = ((id_of(row), clean(row["code01"]).strip(), row.get("code02")) for row in rows)
    return tuple(
        Category(id=number, label=label, color=color if isinstance(color, str) and len(color) == 6 else None)
        for number, label, color in listed
        if number is not None and label
    )
