"""The shortest application that Falcon can be, for gunicorn: the ceiling that B17 is measured against."""

from typing import Any

import falcon


class Hello:
    """Reads what it is sent, as whoever takes a notification must, and says nothing."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        req.bounded_stream.read()
        resp.status = falcon.HTTP_202


application: falcon.App[Any, Any] = falcon.App()
application.add_route("/notify/graph", Hello())
