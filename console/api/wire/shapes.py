"""What all shapes share."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

R = TypeVar("R")


class Wire(BaseModel):
    """Read from the server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Body(BaseModel):
    """Sent to the server; only members that were set are sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Page(Wire, Generic[R]):
    """A part of a list. ``next`` is None at its end; ``total`` counts all that fit the query."""

    items: tuple[R, ...]
    next: str | None = None
    total: int = 0


class Words(Wire):
    """One thing said in both languages."""

    cs: str
    en: str

    def said(self, language: str) -> str:
        return self.en if language == "en" else self.cs


class Nothing(Wire):
    """An answer whose content does not matter."""
