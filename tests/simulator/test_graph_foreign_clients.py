"""Clients we did not write, over real HTTPS: msal, Microsoft's own SDK and O365 must get along with the models."""

import asyncio
import ssl
import warnings
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msal
import pytest
import requests

from simulator.clock import RunningClock
from simulator.entra.directory import Registration, Tenant
from simulator.graph.mailbox import Mailbox
from simulator.serve import SimServer
from simulator.wire import Push, SimResponse
from simulator.world import World
from tests.simulator.test_graph_client import ALL_ROLES, PROPERTY, ZONE

with warnings.catch_warnings():
    # The SDK's own modules define classes by a name that it has deprecated itself.
    warnings.simplefilter("ignore", DeprecationWarning)
    from azure.core.credentials import AccessToken
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph.generated.models.attendee import Attendee
    from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
    from msgraph.generated.models.email_address import EmailAddress
    from msgraph.generated.models.event import Event
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
    from msgraph.generated.models.subscription import Subscription
    from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
    from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
    from msgraph.generated.users.item.events.item.event_item_request_builder import EventItemRequestBuilder
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph.graph_service_client import GraphServiceClient
    from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]
    from msgraph_core.requests.batch_request_builder import BatchRequestBuilder  # type: ignore[import-untyped]
    from msgraph_core.requests.batch_request_content import BatchRequestContent  # type: ignore[import-untyped]
    from msgraph_core.requests.batch_request_item import BatchRequestItem  # type: ignore[import-untyped]
    from O365 import Account, MSGraphProtocol  # type: ignore[import-untyped]
    from O365.utils.token import MemoryTokenBackend  # type: ignore[import-untyped]

#: The SDK loads further modules of the same kind while it works.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
]

Work = Callable[[GraphServiceClient], Awaitable[None]]


class Endpoint:
    """Answers handshakes and accepts every notification."""

    def send(self, push: Push) -> SimResponse | None:
        query = dict(httpx.URL(push.url).params)
        body = query.get("validationToken", "").encode()
        return SimResponse(status=200, headers={"Content-Type": "text/plain"}, body=body)


class Served:
    """A world over HTTPS with one tenant, Jana and Petr, and a consented app."""

    def __init__(self, folder: Path) -> None:
        self.app: Registration
        self.tenant: Tenant
        self.jana: Mailbox
        self.server = SimServer(self._world, folder)
        self.ca = str(self.server.certificates.ca)
        self.session = requests.Session()
        # Fact: CA variables of the environment would override ``verify`` [tested], graph-calendar §5.
        self.session.trust_env = False
        self.session.verify = self.ca

    def _world(self, url: str) -> World:
        world = World(RunningClock(), base_url=url)
        self.tenant = world.entra.add_tenant("Firma", "firma.cz")
        self.app = world.entra.register_app("ROS", secret="right", app_roles=ALL_ROLES)
        world.entra.consent(self.tenant, self.app.client_id)
        self.jana = world.graph.add_mailbox(world.entra.add_user(self.tenant, "jana@firma.cz", "Jana"))
        world.graph.add_mailbox(world.entra.add_user(self.tenant, "petr@firma.cz", "Petr"))
        return world

    @property
    def world(self) -> World:
        return self.server.world

    def msal_app(self, **options: Any) -> msal.ConfidentialClientApplication:
        authority = f"{self.world.authority_url}/{self.tenant.id}"
        given: dict[str, Any] = {"client_credential": "right", "instance_discovery": False, "http_client": self.session}
        given |= options
        return msal.ConfidentialClientApplication(self.app.client_id, authority=authority, **given)

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """The credential of Microsoft's SDK."""
        found = self.msal_app().acquire_token_for_client(["https://graph.microsoft.com/.default"])
        return AccessToken(found["access_token"], int(datetime.now(UTC).timestamp()) + int(found["expires_in"]))

    def close(self) -> None:
        """Part of the credential's shape."""

    def sdk(self, work: Work) -> None:
        """Run something with Microsoft's SDK."""

        async def run() -> None:
            context = ssl.create_default_context(cafile=self.ca)
            # The SDK puts its own transport around ours and forgets to close it.
            transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
            async with transport, httpx.AsyncClient(transport=transport, trust_env=False) as plain:
                client = GraphClientFactory.create_with_default_middleware(client=plain)
                provider = AzureIdentityAuthenticationProvider(self, allowed_hosts=["localhost"])
                adapter = GraphRequestAdapter(provider, client=client)
                adapter.base_url = self.world.graph_url
                await work(GraphServiceClient(request_adapter=adapter))

        # In a thread of its own: a browser that other tests opened keeps a loop running in this one.
        with ThreadPoolExecutor(1) as alone:
            alone.submit(lambda: asyncio.run(run())).result()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    made = Served(folder)
    made.world.use_sender(Endpoint())
    with made.server:
        yield made
    made.session.close()


def moment(hour: int, day: int = 24) -> DateTimeTimeZone:
    return DateTimeTimeZone(date_time=f"2026-11-{day:02d}T{hour:02d}:00:00", time_zone=ZONE)


# -- msal ----------------------------------------------------------------


def test_msal_gets_caches_and_renews_an_app_token(served: Served) -> None:
    app = served.msal_app()
    first = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    again = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert (first["token_source"], again["token_source"]) == ("identity_provider", "cache")
    assert served.world.entra.check_token(first["access_token"]) is not None
    app.remove_tokens_for_client()
    fresh = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert fresh["access_token"] != first["access_token"]
    assert served.world.entra.counts["discovery"] == 1


def test_msal_hands_out_errors_and_replays_them(served: Served) -> None:
    wrong = served.msal_app(client_credential="wrong").acquire_token_for_client(
        ["https://graph.microsoft.com/.default"]
    )
    assert wrong["error_codes"] == [7000215]
    served.world.entra.revoke(served.tenant, served.app.client_id)
    app = served.msal_app()
    for _ in range(2):
        assert app.acquire_token_for_client(["https://graph.microsoft.com/.default"])["error_codes"] == [700016]
    assert [code for _, _, code in served.world.entra.token_log] == [7000215, 700016]


# -- Microsoft's SDK ----------------------------------------------------------------


def test_the_sdk_writes_reads_and_deletes_an_event_with_its_extended_property(served: Served) -> None:
    async def work(client: GraphServiceClient) -> None:
        events = client.users.by_user_id(served.jana.id).events
        extended = [SingleValueLegacyExtendedProperty(id=PROPERTY, value="42:123")]
        made = await events.post(
            Event(subject="Visit", start=moment(9), end=moment(10), single_value_extended_properties=extended)
        )
        assert made is not None
        assert made.id
        assert made.start is not None
        assert made.start.date_time == "2026-11-24T08:00:00.0000000"
        expand = [f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"]
        parameters = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(expand=expand)
        one = events.by_event_id(made.id)
        found = await one.get(request_configuration=RequestConfiguration(query_parameters=parameters))
        assert found is not None
        assert found.single_value_extended_properties is not None
        assert found.single_value_extended_properties[0].value == "42:123"
        changed = await one.patch(Event(subject="Changed"))
        assert changed is not None
        assert changed.subject == "Changed"
        await one.delete()
        with pytest.raises(ODataError) as caught:
            await one.get()
        assert caught.value.error is not None
        assert caught.value.error.code == "ErrorItemNotFound"

    served.sdk(work)


def test_the_sdk_pages_a_view_and_a_delta_round_to_the_end(served: Served) -> None:
    for n in range(25):
        start = datetime(2026, 11, 24, 9, tzinfo=UTC) + timedelta(days=n)
        served.jana.user.create(f"e{n}", start, start + timedelta(hours=1))

    async def work(client: GraphServiceClient) -> None:
        builder = client.users.by_user_id(served.jana.id).calendar_view
        window: dict[str, Any] = {"start_date_time": "2026-11-01T00:00:00Z", "end_date_time": "2027-02-01T00:00:00Z"}
        view = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(**window)
        page = await builder.get(request_configuration=RequestConfiguration(query_parameters=view))
        seen: list[str | None] = []
        while page is not None:
            seen += [event.id for event in page.value or []]
            page = await builder.with_url(page.odata_next_link).get() if page.odata_next_link else None
        assert len(set(seen)) == 25
        delta = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(**window)
        round_ = await builder.delta.get(request_configuration=RequestConfiguration(query_parameters=delta))
        pages = 1
        while round_ is not None and round_.odata_next_link:
            round_ = await builder.delta.with_url(round_.odata_next_link).get()
            pages += 1
        assert pages == 3
        assert round_ is not None
        assert round_.odata_delta_link is not None
        served.jana.user.edit(served.jana.user.find("e3"), subject="changed")
        last = await builder.delta.with_url(round_.odata_delta_link).get()
        assert last is not None
        assert [event.subject for event in last.value or []].count("changed") == 1

    served.sdk(work)


def test_the_sdk_finds_users_and_the_organisation(served: Served) -> None:
    async def work(client: GraphServiceClient) -> None:
        text = "mail eq 'jana@firma.cz' or proxyAddresses/any(p:p eq 'smtp:jana@firma.cz')"
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(filter=text, select=["id", "userType"])
        users = await client.users.get(request_configuration=RequestConfiguration(query_parameters=query))
        assert users is not None
        assert [(user.id, user.user_type) for user in users.value or []] == [(served.jana.id, "Member")]
        organization = await client.organization.get()
        assert organization is not None
        assert [o.id for o in organization.value or []] == [served.tenant.id]

    served.sdk(work)


def test_the_sdk_sends_a_batch(served: Served) -> None:
    served.jana.user.create("x", datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC))

    async def work(client: GraphServiceClient) -> None:
        requests = [client.users.by_user_id(u).events.to_get_request_information() for u in (served.jana.id, "nobody")]
        items = [BatchRequestItem(request_information=r, id=str(n)) for n, r in enumerate(requests)]
        content = BatchRequestContent({item.id: item for item in items})
        answer = await BatchRequestBuilder(client.request_adapter).post(content)
        assert {n: answer.get_response_by_id(n).status for n in ("0", "1")} == {"0": 200, "1": 404}

    served.sdk(work)


def test_the_sdk_keeps_a_subscription(served: Served) -> None:
    async def work(client: GraphServiceClient) -> None:
        wanted = Subscription(
            change_type="created,updated,deleted",
            resource=f"users/{served.jana.id}/events",
            notification_url="https://ros.example/notify",
            expiration_date_time=datetime.now(UTC) + timedelta(days=6),
            client_state="secret",
        )
        made = await client.subscriptions.post(wanted)
        assert made is not None
        assert made.id
        one = client.subscriptions.by_subscription_id(made.id)
        later = datetime.now(UTC) + timedelta(days=6, hours=12)
        renewed = await one.patch(Subscription(expiration_date_time=later))
        assert renewed is not None
        assert renewed.expiration_date_time is not None
        assert abs((renewed.expiration_date_time - later).total_seconds()) < 1
        await one.delete()
        remaining = await client.subscriptions.get()
        assert remaining is not None
        assert remaining.value == []

    served.sdk(work)


def test_the_sdk_invites_and_the_mail_is_counted(served: Served) -> None:
    async def work(client: GraphServiceClient) -> None:
        guests = [Attendee(email_address=EmailAddress(address="petr@firma.cz", name="Petr"))]
        await client.users.by_user_id(served.jana.id).events.post(
            Event(subject="Meeting", start=moment(9), end=moment(10), attendees=guests)
        )

    served.sdk(work)
    assert [(mail.by.kind, mail.kind) for mail in served.world.graph.mails] == [("app", "invitation")]


# -- O365 ----------------------------------------------------------------


def test_o365_signs_in_and_works_with_a_calendar(served: Served) -> None:
    protocol = MSGraphProtocol(timezone=ZoneInfo("Europe/Prague"))
    protocol.service_url = f"{served.world.graph_url}/"
    account = Account(
        (served.app.client_id, "right"),
        auth_flow_type="credentials",
        tenant_id=served.tenant.id,
        main_resource="jana@firma.cz",
        protocol=protocol,
        verify_ssl=served.ca,
        token_backend=MemoryTokenBackend(),
        requests_delay=0,
    )
    connection = account.con
    # O365 offers no way to name another authority; its own client would ask Microsoft's servers about it.
    connection._msal_client = served.msal_app(token_cache=connection.token_backend)
    connection.session = connection.get_session(load_token=False)
    connection.session.trust_env = False
    assert account.authenticate()
    calendar = account.schedule().get_default_calendar()
    event = calendar.new_event("Visit")
    event.start = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Europe/Prague"))
    event.end = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Prague"))
    assert event.save()
    state = served.jana.user.state(served.jana.user.find("Visit"))
    assert (state.start.hour, state.start_zone) == (8, ZONE)
    event.subject = "Changed"
    assert event.save()
    window = {"start_recurring": datetime(2026, 11, 1, tzinfo=UTC), "end_recurring": datetime(2026, 12, 1, tzinfo=UTC)}
    found = list(calendar.get_events(include_recurring=True, limit=25, **window))
    assert [(e.subject, e.start.hour) for e in found] == [("Changed", 9)]
    assert found[0].delete()
    assert served.jana.user.events() == {}
    connection.session.close()
