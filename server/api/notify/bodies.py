"""The shapes of incoming notifications: only what we look at; whatever else is in them passes."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import falcon
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from server.api.middleware.size_limit import whole_body

#: Without NUL, which PostgreSQL takes in no text: looking for such an id would be our error and not the sender's.
Text = Annotated[str, Field(max_length=2048, pattern=r"^[^\x00]*$")]
M = TypeVar("M", bound=BaseModel)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


def _object(value: object) -> object:
    return value if isinstance(value, Mapping) else {}


class ResourceData(_Shape):
    """The announced record's id and version."""

    id: Text = ""
    etag: Text = Field(default="", alias="@odata.etag")


class GraphNotice(_Shape):
    """Fact: members [doc], graph-calendar §16."""

    id: Text = ""
    subscription: Text = Field(alias="subscriptionId")
    client_state: Text = Field(default="", alias="clientState")
    tenant: Text = Field(default="", alias="tenantId")
    change_type: Text = Field(default="", alias="changeType")
    lifecycle_event: Text = Field(default="", alias="lifecycleEvent")
    resource: Text = ""
    data: Annotated[ResourceData, BeforeValidator(_object)] = Field(default=ResourceData(), alias="resourceData")


class GraphNotices(_Shape):
    """One POST may mix several subscriptions."""

    value: Annotated[tuple[GraphNotice, ...], Field(max_length=2000)]


class RaynetRecord(_Shape):
    entity: Text = Field(alias="entityName")
    id: int = Field(alias="entityId", strict=True, gt=0, lt=2**63)


class RaynetSource(_Shape):
    """Fact: ``user``, ``api`` (then ``description`` is the key's name) or ``system`` [spec], raynet-api §18."""

    name: object = None
    description: object = None


class RaynetEvent(_Shape):
    """Fact: only ids are sent, never field values [spec], raynet-api §18.

    Author, source and time only spare reading what is known: whatever they are, the event itself counts.
    """

    id: Annotated[Text, Field(min_length=1, max_length=200)] = Field(alias="eventId")
    type: Text
    data: RaynetRecord
    created: object = Field(default=None, alias="createdAt")
    author: object = None
    source: Annotated[RaynetSource, BeforeValidator(_object)] = RaynetSource()

    @property
    def source_digest(self) -> str | None:
        """As whom the API made the change; None for a person's, and where it is not said whole."""
        parts = (self.source.description, self.author)
        if self.source.name != "api" or not all(isinstance(one, str) and one for one in parts):
            return None
        return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def changed_at(self) -> datetime | None:
        """When, by Raynet's clock; None where that cannot be read."""
        try:
            moment = datetime.fromisoformat(self.created) if isinstance(self.created, str) else None
            return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
        except (ValueError, OverflowError):
            return None


def read_shape(req: falcon.Request, shape: type[M]) -> M:
    """The body as ``shape``; raises 400, without a word of what was in it."""
    try:
        return shape.model_validate_json(whole_body(req))
    except ValidationError:
        raise falcon.HTTPBadRequest from None
