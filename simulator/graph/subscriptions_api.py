"""``/subscriptions``: the HTTP side. Facts: graph-calendar §16."""

from collections.abc import Callable

from simulator.graph.call import Call, Reply
from simulator.graph.errors import GraphError
from simulator.graph.state import Json
from simulator.graph.subscriptions import Caller, Subscription, Subscriptions


class SubscriptionsApi:
    """Handlers over one service's subscriptions."""

    def __init__(self, subscriptions: Subscriptions, base: str) -> None:
        self._subscriptions = subscriptions
        self._base = base

    def handler(self, call: Call) -> tuple[str, Callable[[], Reply]] | None:
        """Kind and work of a subscription request; None when it is none."""
        words = tuple(part.lower() for part in call.parts)
        if words[0] != "subscriptions":
            return None
        if len(words) == 1:
            return self._collection(call)
        found: dict[str, Callable[[], Reply]] = {
            "GET": lambda: Reply(document=self._shown(self._own(call))),
            "PATCH": lambda: self._renew(call),
            "DELETE": lambda: self._delete(call),
        }
        if len(words) == 2 and call.method in found:
            return f"subscription.{call.method.lower()}", found[call.method]
        if words[2:] == ("reauthorize",) and call.method == "POST":
            return "subscription.reauthorize", lambda: self._reauthorize(call)
        return None

    def _collection(self, call: Call) -> tuple[str, Callable[[], Reply]] | None:
        if call.method == "GET":
            return "subscriptions.list", lambda: self._list(call)
        if call.method == "POST":
            return "subscription.create", lambda: self._create(call)
        return None

    def _list(self, call: Call) -> Reply:
        value = [subscription.json() for subscription in self._subscriptions.of_caller(_caller(call))]
        return Reply(document={"@odata.context": f"{self._base}/v1.0/$metadata#subscriptions", "value": value})

    def _create(self, call: Call) -> Reply:
        subscription = self._subscriptions.create(call.json(), _caller(call))
        return Reply(status=201, document=self._shown(subscription))

    def _renew(self, call: Call) -> Reply:
        subscription = self._own(call)
        self._subscriptions.renew(subscription, call.json())
        return Reply(document=self._shown(subscription))

    def _delete(self, call: Call) -> Reply:
        self._subscriptions.drop(self._own(call))
        return Reply(status=204)

    def _reauthorize(self, call: Call) -> Reply:
        self._subscriptions.reauthorize(self._own(call))
        return Reply(status=204)

    def _own(self, call: Call) -> Subscription:
        return self._subscriptions.find(call.parts[1], _caller(call))

    def _shown(self, subscription: Subscription) -> Json:
        return {"@odata.context": f"{self._base}/v1.0/$metadata#subscriptions/$entity"} | subscription.json()


def _caller(call: Call) -> Caller:
    identity = call.identity
    if not identity.roles:
        raise GraphError(403, "Forbidden", "The app has no application permission.")
    return Caller(
        app_id=identity.app_id,
        tenant_id=identity.tenant.id,
        immutable_ids=call.prefer.immutable_ids,
        roles=identity.roles,
    )
