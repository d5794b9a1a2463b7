"""Graph's shapes, read tolerantly: unknown members pass, unknown words and nulls get a meaning in ``translate``.

Contract: microsoft.graph.event and the others in Microsoft's official OpenAPI; here only the members we use.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _only_objects(value: object) -> object:
    """A list without the members that are no objects; null and anything else that is no list are empty."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _only_texts(value: object) -> object:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class DateTimeZone(Shape):
    """Fact: 7 fractional digits, no ``Z``, ``timeZone`` UTC unless asked otherwise [doc], §8."""

    moment: str | None = Field(None, alias="dateTime")
    zone: str | None = Field(None, alias="timeZone")


class Address(Shape):
    address: str | None = None


class Recipient(Shape):
    email: Address | None = Field(None, alias="emailAddress")


class Body(Shape):
    content_type: str | None = Field(None, alias="contentType")
    content: str | None = None


class Place(Shape):
    name: str | None = Field(None, alias="displayName")


class Answer(Shape):
    response: str | None = None


class ExtendedProperty(Shape):
    id: str
    value: str | None = None


class GraphEvent(Shape):
    """An event of any reply. Raises pydantic's error where a member has an impossible type."""

    id: str = Field(min_length=1)
    etag: str | None = Field(None, alias="@odata.etag")
    ical_uid: str | None = Field(None, alias="iCalUId")
    subject: str | None = None
    body: Body | None = None
    start: DateTimeZone | None = None
    end: DateTimeZone | None = None
    original_zone: str | None = Field(None, alias="originalStartTimeZone")
    is_all_day: bool | None = Field(None, alias="isAllDay")
    location: Place | None = None
    attendees: Annotated[list[Recipient], BeforeValidator(_only_objects)] = []
    organizer: Recipient | None = None
    is_organizer: bool | None = Field(None, alias="isOrganizer")
    response: Answer | None = Field(None, alias="responseStatus")
    sensitivity: str | None = None
    importance: str | None = None
    categories: Annotated[list[str], BeforeValidator(_only_texts)] = []
    is_cancelled: bool | None = Field(None, alias="isCancelled")
    is_draft: bool | None = Field(None, alias="isDraft")
    type: str | None = None
    series_master_id: str | None = Field(None, alias="seriesMasterId")
    recurrence: dict[str, Any] | None = None
    is_online: bool | None = Field(None, alias="isOnlineMeeting")
    transaction_id: str | None = Field(None, alias="transactionId")
    created: str | None = Field(None, alias="createdDateTime")
    modified: str | None = Field(None, alias="lastModifiedDateTime")
    extended: Annotated[list[ExtendedProperty], BeforeValidator(_only_objects)] = Field(
        [], alias="singleValueExtendedProperties"
    )


class GraphUserShape(Shape):
    id: str = Field(min_length=1)
    name: str | None = Field(None, alias="displayName")
    mail: str | None = None
    principal_name: str | None = Field(None, alias="userPrincipalName")
    proxies: Annotated[list[str], BeforeValidator(_only_texts)] = Field([], alias="proxyAddresses")
    user_type: str | None = Field(None, alias="userType")


class SubscriptionShape(Shape):
    id: str = Field(min_length=1)
    resource: str | None = None
    notification_url: str | None = Field(None, alias="notificationUrl")
    client_state: str | None = Field(None, alias="clientState")
    expires: str | None = Field(None, alias="expirationDateTime")
