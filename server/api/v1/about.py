"""What anybody may ask: which server this is, and the description of the interface."""

from typing import Any, Final

from pydantic import RootModel

from server.api.rest.access import ANYBODY
from server.api.rest.call import Call
from server.api.rest.routes import Routes
from server.api.v1.models.session import EntraApplication, ServerInfo
from server.catalogue.sentences import Sentence

ROUTES: Final = Routes("about")
API_VERSION: Final = "1.0"
MIN_CONSOLE: Final = "0.1.0"


class Described(RootModel[dict[str, Any]]):
    """An OpenAPI document."""


@ROUTES.get("/server", ANYBODY, Sentence("Který server to je", "Which server this is"))
def get_server(call: Call) -> ServerInfo:
    site = call.services.site
    entra = None
    if site.client_id is not None and call.services.identify is not None:
        entra = EntraApplication(client_id=site.client_id, authority=f"{site.authority_url}/organizations")
    return ServerInfo(
        product="raynet-outlook-sync",
        version=site.version,
        api=API_VERSION,
        min_console=MIN_CONSOLE,
        languages=("cs", "en"),
        entra=entra,
    )


@ROUTES.get("/openapi.json", ANYBODY, Sentence("Popis tohoto rozhraní", "The description of this interface"))
def get_openapi(call: Call) -> Described:
    return Described(call.services.openapi())
