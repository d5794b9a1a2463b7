"""Taking up the session of the last time."""

from console.api import account
from console.api.client import Address, Client
from console.api.problems import ApiProblem, SignedOut
from console.api.wire.session import ServerInfo, Session
from console.jobs import Cancel
from console.keystore import KeyStore
from console.views.sign_in.server_page import look


class NoToken(ApiProblem):
    """The server is there, but nobody is signed in."""

    code = "no_token"

    def __init__(self, client: Client, server: ServerInfo) -> None:
        super().__init__("no_token")
        self.client, self.server = client, server


def resumed(address: Address, keystore: KeyStore, language: str, cancel: Cancel) -> tuple[Client, ServerInfo, Session]:
    """With the kept token. Raises NoToken where there is none that counts, or another ApiProblem."""
    client, server, _verdict = look(address, language, cancel)
    token = keystore.read(address.url)
    if token is None:
        raise NoToken(client, server)
    client.token = token
    try:
        return client, server, account.session(client)
    except SignedOut:
        client.token = None
        keystore.forget(address.url)
        raise NoToken(client, server) from None
