"""The API's other operations: directory, users, code lists, webhooks, credentials probe (raynet-api §2, §15–§18)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.raynet.activity_api import EXT_ID_LIMIT
from simulator.raynet.bodies import json_object
from simulator.raynet.columns import directory_endpoint, user_endpoint
from simulator.raynet.errors import access_denied, bad_input, business, duplicate_key, not_found, unexpected
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.lists import ListContext, select_page
from simulator.raynet.records import DirectoryRecord, JsonObject, UserAccount
from simulator.raynet.views import Viewer, directory_view, row_info_row, user_view
from simulator.raynet.webhooks import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryApi:
    """Everything but activities, in the hands of one API caller for the time of one request."""

    instance: RaynetInstance
    user: UserAccount
    viewer: Viewer

    # -- directory -------------------------------------------------------------------------------------------------

    def list_page(self, entity: str, query: Sequence[tuple[str, str]]) -> JsonObject:
        endpoint = directory_endpoint(entity, self.instance.account_of_person)
        page = select_page(self.instance.directory(entity), query, endpoint, self._list_context())
        if page.row_info_only:
            return {"totalCount": page.total, "data": [row_info_row(r, self.viewer) for r in page.rows]}
        return {"totalCount": page.total, "data": [self._view(r, detail=False) for r in page.rows]}

    def detail(self, entity: str, record_id: int) -> JsonObject:
        record = self.instance.record(entity, record_id)
        if record is None:
            raise not_found(entity)
        return self._view(record, detail=True)

    def detail_by_ext_id(self, entity: str, ext_id: str) -> JsonObject:
        record = self.instance.by_ext_id(entity, ext_id)
        if not isinstance(record, DirectoryRecord):
            raise not_found(entity)
        return self._view(record, detail=True)

    def add_ext_id(self, entity: str, record_id: int, raw: bytes) -> None:
        record = self._record(entity, record_id)
        ext_id = json_object(raw).get("extId")
        if not isinstance(ext_id, str) or not ext_id.strip():
            raise bad_input("extId is required")
        if self.instance.switches.ext_id_unique and self.instance.by_ext_id(entity, ext_id) is not None:
            raise duplicate_key()
        if len(record.ext_ids) >= EXT_ID_LIMIT:
            raise business("extIdLimit", "Záznam má nejvýše 10 externích ID.")
        self.instance.put_record(replace(record, ext_ids=(*record.ext_ids, ext_id)))

    def remove_ext_id(self, entity: str, record_id: int, ext_id: str) -> None:
        record = self._record(entity, record_id)
        if ext_id not in record.ext_ids:
            raise not_found("extId")
        self.instance.put_record(replace(record, ext_ids=tuple(e for e in record.ext_ids if e != ext_id)))

    # -- users and code lists --------------------------------------------------------------------------------------

    def users_page(self, query: Sequence[tuple[str, str]]) -> JsonObject:
        self._require_user_right()
        page = select_page(self.instance.users(), query, user_endpoint(), self._list_context())
        rows = [user_view(user, self.viewer, detail=False) for user in page.rows]
        return {"totalCount": page.total, "data": rows}

    def user_detail(self, account_id: int) -> JsonObject:
        self._require_user_right()
        user = self.instance.user_by_id(account_id)
        if user is None:
            raise not_found("userAccount")
        return user_view(user, self.viewer, detail=True)

    def categories(self) -> JsonObject:
        rows = [{"id": n, **row, "_version": 0} for n, row in self.instance.code_list("activityCategory")]
        return {"totalCount": len(rows), "data": rows}

    def security_levels(self) -> JsonObject:
        levels = self.instance.code_list("securityLevel")
        rows = [{"id": n, "name": row["code01"], "locked": row["locked"], "_version": 0} for n, row in levels]
        return {"totalCount": len(rows), "data": rows}

    def add_category(self, raw: bytes) -> int:
        body = json_object(raw)
        if not isinstance(body.get("code01"), str) or not body["code01"]:
            raise bad_input("code01 is required")
        number = self.instance.next_id("activityCategory")
        self.instance.put_code("activityCategory", number, {"code01": body["code01"], "code02": body.get("code02")})
        return number

    def change_category(self, number: int, raw: bytes) -> None:
        current = dict(self.instance.code_list("activityCategory")).get(number)
        if current is None:
            raise not_found("activityCategory")
        body = json_object(raw)
        sent = {name: value for name, value in body.items() if name in {"code01", "code02"}}
        self.instance.put_code("activityCategory", number, {**current, **sent})

    def drop_category(self, number: int) -> None:
        if any(a.category == number for a in self.instance.activities()):
            raise business("stillReferenced", "Záznam je používán.")
        if not self.instance.drop_code("activityCategory", number):
            raise not_found("activityCategory")

    # -- webhooks --------------------------------------------------------------------------------------------------

    def webhook_list(self) -> JsonObject:
        self._require_webhook_right()
        queue = self.instance.webhooks
        rows = [
            {
                "webhookId": hook.uuid,
                "url": hook.url,
                "secretToken": hook.secret,
                "eventsFilter": sorted(hook.events),
                "entityFilter": sorted(hook.entity_filter) if hook.entity_filter is not None else None,
            }
            for hook in queue.webhooks
        ]
        return {"data": {"technicalContacts": list(queue.technical_contacts), "webhooks": rows}}

    def add_webhook(self, raw: bytes) -> str:
        self._require_webhook_right()
        body, switches = json_object(raw), self.instance.switches
        url, events, secret = body.get("url"), body.get("events"), body.get("secretToken")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise bad_input("url is required")
        if not isinstance(events, list) or not events or any(not isinstance(e, str) or e not in EVENTS for e in events):
            raise bad_input("events is required")
        if secret is not None and not isinstance(secret, str):
            raise bad_input("secretToken")
        if len(self.instance.webhooks.webhooks) >= switches.webhook_limit:
            raise business("webhookLimit", "Překročen počet webhooků.")
        wanted = self._entity_filter(body.get("entityFilter"))
        hook = self.instance.webhooks.register(url, secret, frozenset(events), wanted, self.instance.now())
        return hook.uuid

    def _entity_filter(self, value: Any) -> frozenset[str] | None:
        switch = self.instance.switches.entity_filter
        if value is None or switch == "ignored":
            return None
        if switch == "error":
            raise unexpected("unknown field")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise bad_input("entityFilter")
        return frozenset(value) or None

    def drop_webhook(self, uuid: str) -> None:
        self._require_webhook_right()
        if not self.instance.webhooks.remove(uuid):
            raise not_found("webhook")

    def set_technical_contacts(self, raw: bytes) -> None:
        self._require_webhook_right()
        contacts = json_object(raw).get("technicalContacts")
        if not isinstance(contacts, list) or not all(isinstance(item, str) for item in contacts):
            raise bad_input("technicalContacts is required")
        self.instance.webhooks.technical_contacts = list(contacts)

    # -- credentials -----------------------------------------------------------------------------------------------

    def security_info(self) -> JsonObject:
        """Fact: a bare object without envelope [seen, two clients], §2."""
        return {
            "username": self.user.username,
            "userAccountId": self.user.id,
            "X-Instance-Name": self.instance.name,
        }

    def check_token(self, token: str, person: int | None) -> None:
        if not self.instance.take_button_token(token, person):
            raise access_denied(403)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _record(self, entity: str, record_id: int) -> DirectoryRecord:
        record = self.instance.record(entity, record_id)
        if record is None:
            raise not_found(entity)
        if self.user.role == "READONLY":
            raise access_denied(self.instance.switches.forbidden_status)
        return record

    def _view(self, record: DirectoryRecord, *, detail: bool) -> JsonObject:
        view = directory_view(record, self.viewer, detail=detail)
        if record.entity == "person":
            account = self.instance.account_of_person(record.id)
            user = self.instance.user_by_id(account) if account is not None else None
            view["activeUserAccount"] = user is not None and user.active
        return view

    def _require_user_right(self) -> None:
        if self.instance.switches.user_list_needs_admin and self.user.role != "ADMIN":
            raise access_denied(self.instance.switches.forbidden_status)

    def _require_webhook_right(self) -> None:
        if self.instance.switches.webhooks_need_admin and self.user.role != "ADMIN":
            raise access_denied(self.instance.switches.forbidden_status)

    def _list_context(self) -> ListContext:
        return ListContext(zone=self.viewer.zone, switches=self.instance.switches, exists=self.instance.exists)
