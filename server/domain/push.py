"""Whether push has proven itself: only then may polling relax, and the first late or missing delivery ends it.

Fact: Graph gives no bound for notifications of events, and both systems may lose them without notice
[doc], graph-calendar §16, raynet-api §18.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from server.domain.state import PushSample

EVIDENCE_FOR = timedelta(hours=1)
#: Deliveries of the last hour must have come within this many seconds, at the 99th percentile.
PROMPT_SECONDS = 10.0
#: A change found by polling whose announcement has not come after this long counts as never announced.
PATIENCE = timedelta(seconds=20)
#: Floors while push has proven itself.
RELAXED_MAILBOX = timedelta(minutes=5)
RELAXED_FIRM = timedelta(seconds=60)


def is_proven(samples: Sequence[PushSample], now: datetime) -> bool:
    """At least one delivery in the last hour, none missing, the 99th percentile prompt."""
    recent = [sample.delay_seconds for sample in samples if now - sample.at <= EVIDENCE_FOR]
    delays = [delay for delay in recent if delay is not None]
    if not delays or len(delays) != len(recent):
        return False
    return sorted(delays)[math.ceil(len(delays) * 0.99) - 1] < PROMPT_SECONDS
