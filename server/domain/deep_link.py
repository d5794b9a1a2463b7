"""Where a record opens in Raynet's own pages."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from server.domain.concern import ConcernKind
from server.domain.ids import ENTITY_NAMES, ActivityKey, ActivityType

_OF_TYPE: Final[Mapping[ActivityType, str]] = {kind: name for name, kind in ENTITY_NAMES.items()}
_OF_CONCERN: Final[Mapping[ConcernKind, str]] = {
    ConcernKind.LEAD: "Lead",
    ConcernKind.COMPANY: "Company",
    ConcernKind.BUSINESS_CASE: "BusinessCase",
    ConcernKind.PROJECT: "Project",
    ConcernKind.OFFER: "Offer",
    ConcernKind.SALES_ORDER: "SalesOrder",
    ConcernKind.PERSON: "Person",
}


def activity_link(api_url: str, instance: str, key: ActivityKey) -> str:
    """The activity's page.

    >>> activity_link("https://app.raynet.cz/api/v2", "acme", ActivityKey.parse("meeting:5001"))
    'https://app.raynet.cz/acme/?view=DetailView&en=Meeting&ei=5001'
    """
    return _link(api_url, instance, _OF_TYPE[key.type], key.id)


def record_link(api_url: str, instance: str, kind: ConcernKind, number: int) -> str:
    """The page of a client, lead, deal or person."""
    return _link(api_url, instance, _OF_CONCERN[kind], number)


def _link(api_url: str, instance: str, entity: str, number: int) -> str:
    """Fact: the same form in six code bases; the host is that of the firm's region [seen], raynet-api §19."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc}/{quote(instance, safe='')}/?view=DetailView&en={entity}&ei={number}"
