"""``$batch``: up to twenty calls in one HTTP request, each with its own outcome.

Fact: at most 20, unique ids, answers in any order, each may be 429 with its own Retry-After while the batch is 200,
headers go inside each entry [doc], §15.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from server.domain.ids import FirmId
from server.errors import Denied, Remote, Scope, Throttled, Unavailable
from server.microsoft.client import TOO_LARGE, GraphClient, broken_reply
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Json, Reply
from server.microsoft.governor import Governor

BATCH_LIMIT: Final = 20


class Batches:
    """Sends reads together. A batch as a whole that fails, fails for each of its calls."""

    def __init__(self, client: GraphClient, governor: Governor) -> None:
        self._client = client
        self._governor = governor

    def read(self, firm: FirmId, calls: Sequence[Call]) -> list[Reply | Remote]:
        """The outcomes of at most 20 GETs of different mailboxes, in their order. Raises nothing remote."""
        outcomes: list[Reply | Remote | None] = [self._governor.check(firm, call) for call in calls]
        asked = [index for index, outcome in enumerate(outcomes) if outcome is None]
        if asked:
            for index, outcome in zip(asked, self._send(firm, [calls[index] for index in asked]), strict=True):
                outcomes[index] = outcome
        return [outcome for outcome in outcomes if outcome is not None]

    def _send(self, firm: FirmId, calls: Sequence[Call]) -> list[Reply | Remote]:
        try:
            outcomes = self._post(firm, calls)
        except Unavailable as error:
            if error.detail == TOO_LARGE and len(calls) > 1:
                # One mailbox with huge bodies must not silence the nineteen others: ask in halves.
                half = len(calls) // 2
                return [*self._send(firm, calls[:half]), *self._send(firm, calls[half:])]
            return [error] * len(calls)
        except Remote as error:
            return [error] * len(calls)
        refused = [index for index, outcome in enumerate(outcomes) if _is_unauthorised(outcome)]
        if refused:
            self._client.renew_token(firm)
            try:
                again = self._post(firm, [calls[index] for index in refused])
            except Remote as error:
                again = [error] * len(refused)
            for index, outcome in zip(refused, again, strict=True):
                outcomes[index] = outcome
        return outcomes

    def _post(self, firm: FirmId, calls: Sequence[Call]) -> list[Reply | Remote]:
        """One request. Raises what concerns the batch as a whole."""
        post = Call(method="POST", url="/$batch", body={"requests": [self._entry(n, c) for n, c in enumerate(calls)]})
        with self._governor.places(firm, [call.mailbox for call in calls if call.mailbox is not None]):
            reply = self._client.exchange(firm, post, tuple(calls))
        error = self._client.outcome(firm, post, reply)
        if isinstance(error, Unavailable):
            # The batch is sent by POST, but it carries reads only.
            raise Unavailable(error.code, scope=Scope.FIRM, status=error.status, detail=error.detail)
        if isinstance(error, Throttled):
            for call in calls:
                self._governor.demand_wait(firm, call.lane, error.until)
        if error is not None:
            raise error
        answers = reply.members.get("responses")
        if not isinstance(answers, list):
            raise broken_reply(calls[0], "no_responses")
        by_id = {str(one.get("id")): one for one in answers if isinstance(one, dict)}
        return [self._outcome(firm, call, by_id.get(str(number))) for number, call in enumerate(calls)]

    def _entry(self, number: int, call: Call) -> Mapping[str, Json]:
        return {
            "id": str(number),
            "method": call.method,
            "url": self._client.relative(call.url),
            "headers": call.headers(),
        }

    def _outcome(self, firm: FirmId, call: Call, answer: Mapping[str, Json] | None) -> Reply | Remote:
        status = None if answer is None else answer.get("status")
        if answer is None or not isinstance(status, int):
            return broken_reply(call, "no_answer")
        named = answer.get("headers")
        headers = {str(k).lower(): str(v) for k, v in named.items()} if isinstance(named, dict) else {}
        reply = Reply(status=status, headers=headers, document=answer.get("body"))
        return self._client.outcome(firm, call, reply) or reply


def _is_unauthorised(outcome: Reply | Remote) -> bool:
    return isinstance(outcome, Denied) and outcome.code == GraphCode.UNAUTHORISED.value
