"""The services of :mod:`server.admin` over what routes work with."""

from server.admin.consent import ConsentDesk
from server.api.services import Services


def consent_desk(services: Services) -> ConsentDesk:
    """For links, checks and the page to which administrators come back."""
    administration = services.administration
    return ConsentDesk(administration.consents, administration.firms, services.remotes.graph, services.now)
