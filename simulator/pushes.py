"""Sends the simulated systems' webhooks and notifications over real HTTP."""

from pathlib import Path

import requests

from simulator.wire import Push, SimResponse


class RequestsPushSender:
    """Posts with ``requests``; trusts the given authority file and nothing else; plain http is fine too."""

    def __init__(self, ca: Path | None = None) -> None:
        self._session = requests.Session()
        # Environment variables naming other roots would override ours.
        self._session.trust_env = False
        self._session.verify = str(ca) if ca is not None else True

    def send(self, push: Push) -> SimResponse | None:
        """The subscriber's answer, or None when none came in time or the address does not answer."""
        try:
            reply = self._session.post(
                push.url,
                data=push.body,
                headers=dict(push.headers),
                timeout=push.timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        return SimResponse(status=reply.status_code, headers=dict(reply.headers), body=reply.content)
