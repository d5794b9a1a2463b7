"""Change subscriptions: Graph's doorbell. Answering its validation calls is the API's business."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from pydantic import ValidationError

from server.domain.ids import FirmId
from server.domain.state import Subscription
from server.errors import Changed, Gone, Remote, Unavailable
from server.microsoft.client import GraphClient, broken_reply
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Reply, user_path
from server.microsoft.moments import format_instant, parse_instant
from server.microsoft.wire import SubscriptionShape
from server.ports.graph import RenewSubscription, Subscribe, Unsubscribe

#: Fact: longest life of event subscriptions [doc, 2026-09], §16; older pages say 4,230.
LONGEST_LIFE: Final = timedelta(minutes=10_080)
#: Our clock may be ahead of Graph's.
_CLOCK_MARGIN: Final = timedelta(minutes=5)
_CHANGES: Final = "created,updated,deleted"
_MAX_PAGES: Final = 100


class Subscriptions:
    """``notify_url``: the public address below which Graph notifies (``…/notify/graph``)."""

    def __init__(self, client: GraphClient, *, notify_url: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._notify_url = notify_url.rstrip("/")
        self._clock = clock

    def subscribe(self, op: Subscribe) -> Subscription:
        """Fact: duplicates are documented as 409, but the service was seen to accept them [doc][seen], §16.

        The one that stands in the way is reused if it carries our secret, otherwise removed: with another secret none
        of its notifications would be believed.
        """
        reply, error = self._create(op)
        if isinstance(error, Changed):
            standing = self._standing(op)
            if standing is not None and standing.client_state == op.client_state:
                granted = self.renew(RenewSubscription(op.firm, standing.id, op.expires_at))
                return self._ours(op, standing.id, granted)
            if standing is not None:
                self.unsubscribe(Unsubscribe(op.firm, standing.id))
                reply, error = self._create(op)
        if error is not None:
            raise error
        shape = _shape(reply, self._create_call(op))
        return self._ours(op, shape.id, parse_instant(shape.expires) or self._expiry(op.expires_at))

    def renew(self, op: RenewSubscription) -> datetime:
        call = Call(
            method="PATCH",
            url=f"/subscriptions/{quote(op.id, safe='')}",
            body={"expirationDateTime": format_instant(self._expiry(op.expires_at))},
        )
        reply, error = self._client.ask(op.firm, call)
        if error is not None:
            raise _gone_if_unknown(reply, error)
        return parse_instant(_shape(reply, call).expires) or self._expiry(op.expires_at)

    def unsubscribe(self, op: Unsubscribe) -> None:
        """Safe to repeat: one that does not exist is gone already."""
        call = Call(method="DELETE", url=f"/subscriptions/{quote(op.id, safe='')}")
        reply, error = self._client.ask(op.firm, call)
        if error is not None and not isinstance(_gone_if_unknown(reply, error), Gone):
            raise error

    def _create_call(self, op: Subscribe) -> Call:
        return Call(
            method="POST",
            url="/subscriptions",
            mailbox=op.mailbox,
            body={
                "changeType": _CHANGES,
                "resource": _resource(op),
                "notificationUrl": self._notify_url,
                "lifecycleNotificationUrl": f"{self._notify_url}/lifecycle",
                "expirationDateTime": format_instant(self._expiry(op.expires_at)),
                "clientState": op.client_state,
                "latestSupportedTlsVersion": "v1_2",
            },
        )

    def _create(self, op: Subscribe) -> tuple[Reply, Remote | None]:
        return self._client.ask(op.firm, self._create_call(op))

    def _standing(self, op: Subscribe) -> SubscriptionShape | None:
        """Our own subscription of this mailbox, at this address."""
        wanted = _resource(op).lower()
        for shape in self._all(op.firm):
            if (shape.resource or "").strip("/").lower() == wanted and shape.notification_url == self._notify_url:
                return shape
        return None

    def _all(self, firm: FirmId) -> list[SubscriptionShape]:
        url, found = "/subscriptions", list[SubscriptionShape]()
        for _ in range(_MAX_PAGES):
            call = Call(method="GET", url=url)
            members = self._client.send(firm, call).members
            rows, following = members.get("value"), members.get("@odata.nextLink")
            if not isinstance(rows, list):
                raise broken_reply(call, "no_value")
            try:
                found += [SubscriptionShape.model_validate(row) for row in rows]
            except ValidationError:
                raise broken_reply(call, "odd_subscription") from None
            if following is None:
                return found
            if not isinstance(following, str) or not self._client.is_own_link(following):
                raise Unavailable(GraphCode.FOREIGN_LINK.value)
            url = following
        raise Unavailable(GraphCode.BROKEN_REPLY.value, detail="endless_list")

    def _expiry(self, wanted: datetime) -> datetime:
        return min(wanted, self._clock() + LONGEST_LIFE - _CLOCK_MARGIN)

    def _ours(self, op: Subscribe, id_: str, expires_at: datetime) -> Subscription:
        return Subscription(
            firm_id=op.firm,
            mailbox=op.mailbox,
            id=id_,
            client_state=op.client_state,
            expires_at=expires_at,
            created_at=self._clock(),
        )


def _resource(op: Subscribe) -> str:
    return user_path(op.mailbox, "events").lstrip("/")


def _shape(reply: Reply, call: Call) -> SubscriptionShape:
    try:
        return SubscriptionShape.model_validate(reply.document)
    except ValidationError:
        raise broken_reply(call, "odd_subscription") from None


def _gone_if_unknown(reply: Reply, error: Remote) -> Remote:
    """A subscription proves nothing about events, so any 404 in Graph's own words means that it is gone."""
    if reply.status == 404 and error.detail is not None:
        return Gone(status=404, detail=error.detail)
    return error
