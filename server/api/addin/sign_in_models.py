"""The contract's anonymous part: what the panel must know before anybody has signed in, and the dialog's sign-in."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from server.api.rest.shapes import Shape

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43,128}$")]


class Request(Shape):
    """What the panel sends: nothing unknown, nothing of another type."""


class Answer(BaseModel):
    """What the panel gets. It must ignore members it does not know."""

    model_config = ConfigDict(frozen=True)


class ClientKind(StrEnum):
    """Kinds of Outlook that are treated differently. ``other`` for whatever the panel cannot tell."""

    OWA = "owa"
    NEW = "new"
    CLASSIC = "classic"
    MAC = "mac"
    OTHER = "other"


class CarrierPolicy(Answer):
    """What the panel may do in one kind of Outlook: served, so that a regression of a client needs no new manifest."""

    client: ClientKind
    #: May ``{"draftId": …}`` be written into the item's custom properties: ``never``, once it has an id, or always.
    custom_properties: Literal["never", "saved", "always"]
    session_data: bool
    #: Re-read subject, times and id this often while the panel is visible.
    poll_seconds: float
    #: Wait this long after the last keystroke before sending.
    debounce_ms: int
    #: While the form of a known event is open, tell the server at least this often (``/events/state`` with
    #: ``form_open``), so that it leaves the event alone.
    beat_seconds: float
    #: While the form of a new event is open, PUT its draft with the same ``rev`` at least this often, so that its
    #: user's other new events need not wait for it once it is gone.
    draft_beat_seconds: float
    beacon: bool


class Config(Answer):
    """All that the panel must know before anybody has signed in."""

    product: str
    version: str
    api: Literal["addin/v1"] = "addin/v1"
    #: Entra registration: ``authority`` is …/organizations, ``scope`` the one to ask a token for.
    client_id: str
    authority: str
    scope: str
    #: Sign-in ways that this server supports, in the order in which they are to be tried.
    sign_in: tuple[Literal["nested", "office_sso", "dialog"], ...]
    languages: tuple[Literal["cs", "en"], ...] = ("cs", "en")
    carriers: tuple[CarrierPolicy, ...]


class Exchange(Request):
    """The one-time code of the dialog and the verifier whose digest was the ``challenge`` of ``/auth/start``."""

    code: Base64Url
    verifier: Base64Url


class PanelToken(Answer):
    """An opaque bearer token. Keep it in memory only."""

    token: str
    expires_at: datetime
