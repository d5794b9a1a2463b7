"""From a path to an operation, and its envelope (raynet-api §3). ``path_kind`` is the path with ids replaced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from simulator.raynet.activity_api import ActivityApi
from simulator.raynet.columns import DIRECTORY_ENTITIES
from simulator.raynet.directory_api import DirectoryApi
from simulator.raynet.errors import RaynetError, not_found
from simulator.raynet.records import KINDS, JsonObject, Ref
from simulator.raynet.switches import RaynetSwitches


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated request: ``parts`` is the path after ``/api/v2/`` cut at the slashes, decoded."""

    method: str
    parts: tuple[str, ...]
    query: Sequence[tuple[str, str]]
    body: bytes
    activities: ActivityApi
    directory: DirectoryApi
    switches: RaynetSwitches


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status and JSON body; None = an empty body."""

    status: int
    body: JsonObject | None


def split_path(path: str) -> tuple[str, ...]:
    """Fact: the form without the final slash also works [seen], §3."""
    return tuple(unquote(part) for part in path.strip("/").split("/")) if path.strip("/") else ()


def path_kind(parts: tuple[str, ...]) -> str:
    """``meeting/{id}/lock``: what calls are counted by."""
    shown = list(parts)
    for number, part in enumerate(parts[1:], start=1):
        before = parts[number - 1]
        is_uuid = before == "webhook" and part != "technicalContact"
        if part.isdigit() or is_uuid or before in {"ext", "extId", "checktoken"}:
            shown[number] = "{id}"
    return "/".join(shown)


def dispatch(call: Call) -> Answer:
    """Runs the operation; RaynetError for everything that is refused."""
    head = call.parts[0] if call.parts else ""
    if head == "activity":
        return _mixed(call)
    kind = "phoneCall" if head == "phonecall" and call.parts[-1] in {"lock", "unlock"} else head
    if kind in KINDS:
        return _activity(call, kind)
    if head in DIRECTORY_ENTITIES:
        return _directory(call, head)
    handler = _OTHERS.get(head)
    if handler is None:
        raise not_found("path")
    return handler(call)


def _mixed(call: Call) -> Answer:
    """Fact: there is no ``GET /activity/{id}/`` (404) [seen], §8."""
    if len(call.parts) != 1:
        raise not_found("activity")
    if call.method != "GET":
        raise _wrong_method()
    return _list(call, call.activities.list_page(None, _filters(call)))


def _activity(call: Call, kind: str) -> Answer:
    api = call.activities
    match call.method, call.parts[1:]:
        case "GET", ():
            return _list(call, api.list_page(kind, _filters(call)))
        case "PUT", ():
            return _created(api.create(kind, call.body), bare=call.switches.create_answers_bare_id)
        case "GET", ("ext", ext_id):
            return _detail(call, api.detail_by_ext_id(kind, ext_id))
        case _, (number,):
            return _one_activity(call, Ref(kind, _id(number)))
        case _, (number, *rest):
            return _part_of_activity(call, Ref(kind, _id(number)), tuple(rest))
    raise _wrong_method()


def _part_of_activity(call: Call, ref: Ref, rest: tuple[str, ...]) -> Answer:
    api = call.activities
    match call.method, rest:
        case "POST", ("lock" | "unlock" as verb,):
            api.set_lock(ref, locked=verb == "lock")
        case "PUT", ("tag",):
            api.change_tags(ref, call.body, adding=True)
            return _done(201)
        case "DELETE", ("tag",):
            api.change_tags(ref, call.body, adding=False)
        case "PUT", ("extId",):
            api.add_ext_id(ref, call.body)
        case "DELETE", ("extId", ext_id):
            api.remove_ext_id(ref, ext_id)
        case _, ("lock" | "unlock" | "tag" | "extId",) | ("extId", _):
            raise _wrong_method()
        case _:
            raise not_found("path")
    return _done()


def _one_activity(call: Call, ref: Ref) -> Answer:
    if call.method == "GET":
        return _detail(call, call.activities.detail(ref))
    if call.method == "POST":
        call.activities.update(ref, call.body)
        return _done()
    if call.method == "DELETE":
        call.activities.delete(ref)
        return _done()
    raise _wrong_method()


def _directory(call: Call, entity: str) -> Answer:
    api, method = call.directory, call.method
    match call.parts[1:]:
        case () if method == "GET":
            return _list(call, api.list_page(entity, _filters(call)))
        case ("ext", ext_id) if method == "GET":
            return _detail(call, api.detail_by_ext_id(entity, ext_id))
        case (number,) if method == "GET":
            return _detail(call, api.detail(entity, _id(number)))
        case (number, "extId") if method == "PUT":
            api.add_ext_id(entity, _id(number), call.body)
            return _done()
        case (number, "extId", ext_id) if method == "DELETE":
            api.remove_ext_id(entity, _id(number), ext_id)
            return _done()
        case () | (_,) | (_, "extId") | (_, "extId", _) | ("ext", _):
            raise _wrong_method()
        case _:
            raise not_found("path")


def _users(call: Call) -> Answer:
    if call.method != "GET":
        raise _wrong_method()
    match call.parts[1:]:
        case ():
            return _list(call, call.directory.users_page(_filters(call)))
        case (number,):
            return _detail(call, call.directory.user_detail(_id(number)))
    raise not_found("path")


def _categories(call: Call) -> Answer:
    api = call.directory
    match call.method, call.parts[1:]:
        case "GET", ():
            return _list(call, api.categories())
        case "PUT", ():
            return _created(api.add_category(call.body), bare=call.switches.code_list_create_answers_bare_id)
        case "POST", (number,):
            api.change_category(_id(number), call.body)
            return _done()
        case "DELETE", (number,):
            api.drop_category(_id(number))
            return _done()
    raise _wrong_method()


def _security_levels(call: Call) -> Answer:
    if call.method != "GET" or len(call.parts) != 1:
        raise _wrong_method()
    return _list(call, call.directory.security_levels())


def _webhooks(call: Call) -> Answer:
    api = call.directory
    match call.method, call.parts[1:]:
        case "GET", ():
            return _list(call, api.webhook_list())
        case "PUT", ():
            return Answer(status=201, body={"success": True, "data": {"uuid": api.add_webhook(call.body)}})
        case "POST", ("technicalContact",):
            api.set_technical_contacts(call.body)
            return _done()
        case "DELETE", (uuid,):
            api.drop_webhook(uuid)
            return _done()
    raise _wrong_method()


def _security(call: Call) -> Answer:
    match call.method, call.parts[1:]:
        case "GET", ("info",):
            return Answer(status=200, body=call.directory.security_info())
        case "GET", ("checktoken", token):
            call.directory.check_token(token, None)
            return Answer(status=200, body={"success": True, "data": True})
        case "GET", ("checktoken", token, person):
            call.directory.check_token(token, _id(person))
            return Answer(status=200, body={"success": True, "data": True})
    raise not_found("path")


_OTHERS: dict[str, Callable[[Call], Answer]] = {
    "userAccount": _users,
    "activityCategory": _categories,
    "securityLevel": _security_levels,
    "webhook": _webhooks,
    "security": _security,
}


def _filters(call: Call) -> list[tuple[str, str]]:
    return [(name, value) for name, value in call.query if name != "dateFormat"]


def _list(call: Call, page: JsonObject) -> Answer:
    flag: Any = "true" if call.switches.list_success_as_string else True
    return Answer(status=200, body={"success": flag, **page})


def _detail(call: Call, record: JsonObject) -> Answer:
    """Fact: the flag of a detail is a string on live instances [seen], §3."""
    flag: Any = "true" if call.switches.detail_success_as_string else True
    return Answer(status=200, body={"success": flag, "data": record})


def _created(new_id: int, *, bare: bool) -> Answer:
    return Answer(status=201, body={"success": True, "data": new_id if bare else {"id": new_id}})


def _done(status: int = 200) -> Answer:
    return Answer(status=status, body={"success": True})


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise not_found("path")
    return int(text)


def _wrong_method() -> RaynetError:
    return RaynetError(405, "HttpRequestMethodNotSupportedException", "method not supported", "Nepodporovaná metoda.")
