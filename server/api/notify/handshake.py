"""Graph's validation of a notification address: the token comes back as plain text and as nothing else."""

from typing import Final

import falcon

_LONGEST_TOKEN_BYTES: Final = 2048
#: The echo must stay text whatever a browser makes of it.
_CONTENT_SECURITY_POLICY: Final = "default-src 'none'; sandbox"


def answered_handshake(req: falcon.Request, resp: falcon.Response) -> bool:
    """Whether the request was a handshake, which is then answered; raises 400 for a token that Graph would not send.

    Fact: answer within 10 s with 200, text/plain and the decoded token [doc], graph-calendar §16.
    """
    token = req.get_param("validationToken")
    if token is None:
        return False
    if len(token.encode("utf-8", "surrogatepass")) > _LONGEST_TOKEN_BYTES or not _is_plain(token):
        raise falcon.HTTPBadRequest
    resp.content_type = "text/plain; charset=utf-8"
    resp.set_header("Content-Security-Policy", _CONTENT_SECURITY_POLICY)
    resp.data = token.encode()
    return True


def _is_plain(token: str) -> bool:
    """Without markup, control characters, and what only looks like a space or is no character at all."""
    return bool(token) and token.isprintable() and "<" not in token
