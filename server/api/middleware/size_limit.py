"""No body is read beyond what its end point takes; a responder reads its body through :func:`whole_body`."""

from typing import Any, Final

import falcon

#: What an end point takes that does not say otherwise with ``body_limit``.
DEFAULT_LIMIT_BYTES: Final = 64 * 1024


class SizeLimit:
    """Refuses by the announced length before a byte is read."""

    def process_resource(self, req: falcon.Request, resp: falcon.Response, resource: object, params: Any) -> None:
        limit = getattr(resource, "body_limit", DEFAULT_LIMIT_BYTES)
        req.context.body_limit = limit
        if (req.content_length or 0) > limit:
            raise falcon.HTTPContentTooLarge


def whole_body(req: falcon.Request) -> bytes:
    """The body, also a chunked one. Raises 413 as soon as it is over the limit, 400 when it breaks off."""
    limit: int = req.context.body_limit
    source = req.bounded_stream if req.content_length is not None else req.stream
    try:
        body: bytes = source.read(limit + 1)
    except OSError:
        # The caller went away or sent what is no chunk: nothing of ours is broken.
        raise falcon.HTTPBadRequest from None
    if len(body) > limit:
        raise falcon.HTTPContentTooLarge
    return body
