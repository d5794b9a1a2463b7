"""The token endpoint: who gets which token, what it says, and every documented refusal."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.clock import ManualClock
from simulator.entra.directory import ClientSecret
from simulator.entra.service import EntraService
from simulator.entra.signing import b64url
from simulator.wire import SimRequest
from tests.simulator.test_graph_client import Answer, Office, office

__all__ = ["office"]


def refusal(answer: Answer) -> tuple[int, str, int]:
    return answer.status, answer.body["error"], answer.body["error_codes"][0]


def get(office: Office, path: str) -> Any:
    return json.loads(office.entra.handle(SimRequest(method="GET", host="sim.localhost", path=f"/entra/{path}")).body)


def test_discovery_names_https_endpoints_of_the_tenant(office: Office) -> None:
    document = get(office, "firma.cz/v2.0/.well-known/openid-configuration")
    base = f"https://sim.localhost/entra/{office.firm.id}"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["issuer"] == f"{base}/v2.0"
    assert document["jwks_uri"] == f"{base}/discovery/v2.0/keys"
    generic = get(office, "organizations/v2.0/.well-known/openid-configuration")
    assert "{tenantid}" in generic["issuer"]


def test_an_app_token_is_really_signed_and_carries_the_documented_claims(office: Office) -> None:
    answer = office.token_answer("firma.cz")
    assert answer.body["token_type"] == "Bearer"
    assert "refresh_token" not in answer.body
    token = answer.body["access_token"]
    keys = get(office, f"{office.firm.id}/discovery/v2.0/keys")["keys"]
    key = next(k for k in keys if k["kid"] == jwt.get_unverified_header(token)["kid"])
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(token, jwt.PyJWK(key), ["RS256"], audience="https://graph.microsoft.com", options=options)
    assert claims["iss"] == f"https://sts.windows.net/{office.firm.id}/"
    assert claims["tid"] == office.firm.id
    assert claims["appid"] == office.app.client_id
    assert (claims["appidacr"], claims["idtyp"], claims["ver"]) == ("1", "app", "1.0")
    assert "Calendars.ReadWrite" in claims["roles"]
    assert 3600 <= claims["exp"] - claims["iat"] <= 5400
    assert answer.body["expires_in"] == claims["exp"] - claims["iat"] - 1


def test_every_documented_refusal_of_the_grant(office: Office) -> None:
    tenant = office.firm.id
    ghost = "11111111-2222-3333-4444-555555555555"
    ask = office.token_answer
    assert refusal(ask(ghost)) == (400, "invalid_request", 90002)
    assert refusal(ask("nowhere.example")) == (400, "invalid_request", 90002)
    assert refusal(ask("nonsense")) == (400, "invalid_request", 900023)
    assert refusal(ask(tenant, client_id=ghost)) == (400, "unauthorized_client", 700016)
    assert refusal(ask(tenant, client_secret="wrong")) == (401, "invalid_client", 7000215)
    assert refusal(ask(tenant, client_secret="")) == (401, "invalid_client", 7000218)
    assert refusal(ask(tenant, scope="User.Read")) == (400, "invalid_scope", 70011)
    assert refusal(ask(tenant, scope="https://other.example/.default")) == (400, "invalid_resource", 500011)
    assert refusal(ask(tenant, grant_type="password")) == (400, "unsupported_grant_type", 70003)
    office.firm.blocks_workloads = True
    assert ask(tenant).body["error_codes"] == [53003]
    office.firm.blocks_workloads = False
    office.firm.service_principals[office.app.client_id].enabled = False
    assert refusal(ask(tenant)) == (401, "unauthorized_client", 7000112)
    office.entra.revoke(office.firm, office.app.client_id)
    assert refusal(ask(tenant)) == (400, "unauthorized_client", 700016)
    assert ask(office.other.id).status == 200


def test_a_description_starts_with_the_code_and_ends_with_the_trace(office: Office) -> None:
    body = office.token_answer(office.firm.id, client_secret="wrong").body
    assert body["error_description"].startswith("AADSTS7000215:")
    assert f"Trace ID: {body['trace_id']}" in body["error_description"]
    assert body["timestamp"] == "2026-11-23 08:00:00Z"
    assert office.entra.token_log[-1] == (office.firm.id, office.app.client_id, 7000215)


def test_an_expired_secret_is_told_apart_from_a_wrong_one_and_two_may_overlap(office: Office) -> None:
    office.app.secrets[:] = [ClientSecret(value="right", expires=office.clock() + timedelta(days=1))]
    assert office.token_answer(office.firm.id).status == 200
    office.clock.advance(days=1)
    assert refusal(office.token_answer(office.firm.id)) == (401, "invalid_client", 7000222)
    office.app.secrets.append(ClientSecret(value="new"))
    assert office.token_answer(office.firm.id, client_secret="new").status == 200


def test_a_public_client_must_not_send_a_secret(office: Office) -> None:
    office.app.is_public = True
    assert refusal(office.token_answer(office.firm.id)) == (401, "invalid_client", 700025)


def test_a_token_can_be_issued_without_any_role(office: Office) -> None:
    office.entra.set_roles(office.firm, office.app.client_id, frozenset())
    claims = office.entra.peek(office.token_answer(office.firm.id).body["access_token"])
    assert claims is not None
    assert "roles" not in claims


def test_new_roles_spread_late_and_old_tokens_keep_theirs(office: Office) -> None:
    office.entra.switches.role_spread_seconds = 120.0
    before = office.token_answer(office.firm.id).body["access_token"]
    office.entra.set_roles(office.firm, office.app.client_id, frozenset({"Calendars.Read"}))

    def roles() -> Any:
        claims = office.entra.peek(office.token_answer(office.firm.id).body["access_token"])
        return set(claims["roles"]) if claims else None

    assert "Calendars.ReadWrite" in roles()
    office.clock.advance(seconds=121)
    assert roles() == {"Calendars.Read"}
    held = office.entra.check_token(before)
    assert held is not None
    assert "Calendars.ReadWrite" in held["roles"]


def test_transient_trouble_and_loops(office: Office) -> None:
    office.entra.break_down(90055, 30)
    busy = office.entra.handle(SimRequest(method="POST", host="x", path=f"/entra/{office.firm.id}/oauth2/v2.0/token"))
    assert (busy.status, busy.headers["Retry-After"]) == (429, "5")
    office.clock.advance(seconds=31)
    office.entra.switches.loop_limit = 3
    statuses = [office.token_answer(office.firm.id).status for _ in range(4)]
    assert statuses == [200, 200, 200, 400]
    office.clock.advance(minutes=6)
    assert office.token_answer(office.firm.id).status == 200


def test_conditional_access_may_look_at_the_address(office: Office) -> None:
    office.firm.allowed_addresses = frozenset({"192.0.2.1"})
    assert office.token_answer(office.firm.id).body["error_codes"] == [53003]


def test_after_a_rotation_old_and_new_keys_are_published(office: Office) -> None:
    old = office.token_answer(office.firm.id).body["access_token"]
    office.entra.rotate_keys()
    new = office.token_answer(office.firm.id).body["access_token"]
    kids = {k["kid"] for k in get(office, f"{office.firm.id}/discovery/v2.0/keys")["keys"]}
    used = {jwt.get_unverified_header(token)["kid"] for token in (old, new)}
    assert len(used) == 2
    assert used <= kids


# -- certificates ------------------------------------------------------------------------------------------------------


def certificate() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ROS")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=700))
    return key, builder.sign(key, hashes.SHA256())


def assertion(office: Office, key: rsa.RSAPrivateKey, found: x509.Certificate, algorithm: str, **claims: Any) -> Answer:
    now = int(office.clock().timestamp())
    audience = f"https://sim.localhost/entra/{office.firm.id}/oauth2/v2.0/token"
    issuer = office.app.client_id
    payload = {"aud": audience, "iss": issuer, "sub": issuer, "jti": "1", "nbf": now, "exp": now + 600} | claims
    thumbprint = b64url(found.fingerprint(hashes.SHA256()))
    token = jwt.encode(payload, key, algorithm=algorithm, headers={"x5t#S256": thumbprint})
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return office.token_answer(office.firm.id, client_secret="", client_assertion_type=kind, client_assertion=token)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_certificate_proves_the_client(office: Office, algorithm: str) -> None:
    key, found = certificate()
    office.app.certificates.append(found)
    answer = assertion(office, key, found, algorithm)
    claims = office.entra.peek(answer.body["access_token"])
    assert claims is not None
    assert claims["appidacr"] == "2"


def test_a_wrong_certificate_signature_time_or_audience_is_refused(office: Office) -> None:
    key, found = certificate()
    stranger, _ = certificate()
    assert refusal(assertion(office, key, found, "PS256")) == (401, "invalid_client", 700027)
    office.app.certificates.append(x509.load_pem_x509_certificate(found.public_bytes(serialization.Encoding.PEM)))
    assert refusal(assertion(office, stranger, found, "PS256"))[2] == 700027
    assert refusal(assertion(office, key, found, "PS256", aud="https://elsewhere"))[2] == 700027
    assert refusal(assertion(office, key, found, "PS256", sub="other"))[2] == 700027
    assert refusal(assertion(office, key, found, "PS256", exp=1))[2] == 700024


def test_the_same_seed_gives_the_same_directory() -> None:
    def ids() -> list[str]:
        entra = EntraService(ManualClock(datetime(2026, 11, 23, tzinfo=UTC)), "https://sim.localhost", seed=7)
        tenant = entra.add_tenant("F", "f.cz")
        return [tenant.id, entra.add_user(tenant, "a@f.cz", "A").id]

    assert ids() == ids()
