"""What a user chooses in Outlook's side panel, and how a new event is recognised as the one of an open form.

Pure: the store keeps the rows, the sync asks :func:`choose_draft` when it meets a new event.
"""

from enum import StrEnum
from typing import Final

#: Id of the add-in in its manifest. It names the custom property in which clients store data, so it never changes.
ADDIN_ID: Final = "9e0f6a3b-54d7-4c1c-8f0e-6a2b7d1c93e5"
#: Wording of the panel's own consent; a new one asks everybody again.
CONSENT_VERSION: Final = "2026-11"


class ConcernKind(StrEnum):
    """What an event can concern, by Raynet's path names."""

    LEAD = "lead"
    COMPANY = "company"
    BUSINESS_CASE = "businessCase"
    PROJECT = "project"
    OFFER = "offer"
    SALES_ORDER = "salesOrder"
    PERSON = "person"
