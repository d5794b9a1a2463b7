"""Filling an instance: users with their persons and keys, clients, contacts, leads, deals, code lists.

This is set-up, not history: nothing here raises webhooks or journal entries.
"""

from simulator.raynet.instance import RaynetInstance, body_text
from simulator.raynet.records import ApiKey, DirectoryRecord, JsonObject, UserAccount


def add_user(
    instance: RaynetInstance,
    login: str,
    first_name: str,
    last_name: str,
    *,
    role: str = "ADMIN",
    email2: str | None = None,
    timezone: str = "EUROPE_PRAGUE",
) -> UserAccount:
    """A user account and its person. Fact: the two id ranges overlap and differ [seen], §9."""
    person = add_person(instance, last_name, first_name=first_name, email=login)
    account = UserAccount(
        id=instance.next_id("userAccount"),
        username=login,
        person=person.id,
        email2=email2,
        role=role,
        timezone=timezone,
        created_at=instance.now(),
    )
    instance.put_user(account)
    return account


def add_api_key(
    instance: RaynetInstance, login: str, name: str, *, secret: str | None = None, bearer: str | None = None
) -> ApiKey:
    """A key of that user; its name is what webhooks tell as the source of its writes."""
    return instance.put_key(
        ApiKey(name=name, login=login, secret=secret if secret is not None else instance.new_secret(), bearer=bearer)
    )


def add_company(
    instance: RaynetInstance,
    name: str,
    *,
    owner: int | None = None,
    reg_number: str | None = None,
    email: str | None = None,
    city: str | None = None,
    street: str | None = None,
    natural_person: bool = False,
    tags: tuple[str, ...] = (),
) -> DirectoryRecord:
    """A client."""
    address = {
        "id": 1,
        "city": city,
        "country": "CZ",
        "province": None,
        "street": street,
        "zipCode": None,
        "name": None,
    }
    contact = {"email": email, "email2": None, "tel1": None, "tel2": None, "www": None}
    body: JsonObject = {
        "name": name,
        "person": natural_person,
        "firstName": None,
        "lastName": name.split()[-1] if natural_person else None,
        "role": "A_SUBSCRIBER",
        "state": "A_POTENTIAL",
        "rating": "A",
        "owner": instance.reference("person", owner),
        "regNumber": reg_number,
        "primaryAddress": {"id": 1, "primary": True, "address": address, "contactInfo": contact},
        "category": None,
        "notice": None,
        "tags": list(tags),
    }
    return _add(instance, "company", body)


def add_person(
    instance: RaynetInstance,
    last_name: str,
    *,
    first_name: str | None = None,
    company: int | None = None,
    email: str | None = None,
    email2: str | None = None,
    owner: int | None = None,
    tags: tuple[str, ...] = (),
) -> DirectoryRecord:
    """A contact, or the person behind a user account."""
    relation = {"id": 1, "type": None, "company": instance.reference("company", company)} if company else None
    body: JsonObject = {
        "titleBefore": None,
        "firstName": first_name,
        "lastName": last_name,
        "titleAfter": None,
        "primaryRelationship": relation,
        "owner": instance.reference("person", owner),
        "contactInfo": {"email": email, "email2": email2, "tel1": None, "tel2": None, "www": None},
        "category": None,
        "notice": None,
        "tags": list(tags),
    }
    return _add(instance, "person", body)


def add_lead(
    instance: RaynetInstance,
    topic: str,
    *,
    company_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
    owner: int | None = None,
) -> DirectoryRecord:
    """A lead; its code is made from the next id."""
    number = instance.next_id("lead")
    body: JsonObject = {
        "code": f"L-{number:05d}",
        "topic": topic,
        "leadDate": instance.now().date().isoformat(),
        "leadPhase": None,
        "owner": instance.reference("person", owner),
        "priority": "DEFAULT",
        "companyName": company_name,
        "firstName": None,
        "lastName": last_name,
        "contactInfo": {"email": email, "email2": None, "tel1": None, "doNotSendMM": False},
        "notice": None,
        "tags": [],
    }
    return _add(instance, "lead", {**body, "status": "B_ACTIVE"}, number=number)


def add_business_case(
    instance: RaynetInstance, name: str, *, company: int, owner: int | None = None, project: int | None = None
) -> DirectoryRecord:
    """A deal; code as users know it: ``OP-26-001``."""
    number = instance.next_id("businessCase")
    extra = {"status": "B_ACTIVE", "project": instance.reference("project", project), "probability": 50}
    return _add_deal(instance, "businessCase", "OP", name, number, company, owner, extra)


def add_project(instance: RaynetInstance, name: str, *, company: int, owner: int | None = None) -> DirectoryRecord:
    """A project."""
    number = instance.next_id("project")
    return _add_deal(instance, "project", "PR", name, number, company, owner, {"projectStatus": None})


def add_offer(
    instance: RaynetInstance, name: str, *, company: int, business_case: int, owner: int | None = None
) -> DirectoryRecord:
    """An offer of a deal."""
    number = instance.next_id("offer")
    extra = {"status": "B_ACTIVE", "businessCase": instance.reference("businessCase", business_case), "person": None}
    return _add_deal(instance, "offer", "NA", name, number, company, owner, extra)


def add_sales_order(
    instance: RaynetInstance, name: str, *, company: int, business_case: int, owner: int | None = None
) -> DirectoryRecord:
    """A sales order. Fact: cannot exist without a deal [seen], §14."""
    number = instance.next_id("salesOrder")
    extra = {"status": "B_ACTIVE", "businessCase": instance.reference("businessCase", business_case), "person": None}
    return _add_deal(instance, "salesOrder", "OB", name, number, company, owner, extra)


def add_category(instance: RaynetInstance, name: str, colour: str) -> int:
    """An activity category; ``colour`` is hex without ``#``."""
    number = instance.next_id("activityCategory")
    instance.put_code("activityCategory", number, {"code01": name, "code02": colour})
    return number


def add_security_level(instance: RaynetInstance, name: str) -> int:
    """An own security level; members are users whose ``security_levels`` hold it, and all administrators."""
    number = instance.next_id("securityLevel")
    instance.put_code("securityLevel", number, {"code01": name, "locked": False})
    return number


def _add_deal(
    instance: RaynetInstance,
    entity: str,
    prefix: str,
    name: str,
    number: int,
    company: int,
    owner: int | None,
    extra: JsonObject,
) -> DirectoryRecord:
    today = instance.now().date()
    body: JsonObject = {
        "code": f"{prefix}-{today:%y}-{number:03d}",
        "name": name,
        "company": instance.reference("company", company),
        "owner": instance.reference("person", owner),
        "validFrom": today.isoformat(),
        "validTill": None,
        "category": None,
        "totalAmount": 0,
        "description": None,
        "tags": [],
    }
    return _add(instance, entity, {**body, **extra}, number=number)


def _add(instance: RaynetInstance, entity: str, body: JsonObject, *, number: int | None = None) -> DirectoryRecord:
    record = DirectoryRecord(
        entity=entity,
        id=instance.next_id(entity) if number is None else number,
        body=body_text(body),
        created_at=instance.now(),
        created_by="(unknown)",
    )
    return instance.put_record(record)
