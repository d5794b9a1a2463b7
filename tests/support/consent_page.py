"""Microsoft's page on which a tenant's administrator decides about our registration, pressed over real sockets."""

import ssl
import urllib.request
from http.client import HTTPSConnection
from urllib.parse import parse_qsl, urlencode, urlsplit

from simulator.serve import SimServer


def decide(server: SimServer, tenant_id: str, link: str, *, is_granted: bool = True) -> str:
    """Open the link, be an administrator who may consent, press a button: where the browser is sent."""
    context = ssl.create_default_context(cafile=str(server.certificates.ca))
    tenant = server.world.entra.tenants[tenant_id]
    admin = next(one for one in tenant.users.values() if one.may_consent)
    with urllib.request.urlopen(link, context=context) as page:  # noqa: S310  # our own loopback
        assert admin.display_name in page.read().decode()
    parts = urlsplit(link)
    form = dict(parse_qsl(parts.query)) | {"decision": "consent-v2", "choice": admin.id if is_granted else "cancel"}
    connection = HTTPSConnection(str(parts.hostname), parts.port, context=context)
    path = parts.path.replace("/v2.0/adminconsent", "/decision")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, body=urlencode(form), headers=headers)
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 302
    return str(answer.headers["Location"])
