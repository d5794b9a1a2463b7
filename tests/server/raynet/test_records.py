"""Records and categories over the simulated Raynet; writing what an activity concerns. Checked against the contract."""

from datetime import timedelta

import pytest

from server.domain.activity import ActivityChange, ActivityDraft, ParticipantWrite
from server.domain.concern import Concern, ConcernKind
from server.domain.ids import ActivityType, PersonId
from server.ports.raynet import (
    ActivityCategories,
    CreateActivity,
    FindRecords,
    GetActivity,
    NewestRecords,
    RecordPage,
    UpdateActivity,
)
from simulator.raynet.populate import (
    add_business_case,
    add_category,
    add_company,
    add_lead,
    add_offer,
    add_person,
    add_project,
    add_sales_order,
)
from tests.server.raynet.simulated import FIRM, Simulated, simulated
from tests.support.contracts import contracts_folder


def populated(test: Simulated) -> dict[ConcernKind, int]:
    instance = test.instance
    company = add_company(
        instance, "Žižkovská pekárna", reg_number="12345678", email="info@pekarna.cz", city="Praha"
    ).id
    case = add_business_case(instance, "Nová pec", company=company).id
    return {
        ConcernKind.COMPANY: company,
        ConcernKind.PERSON: add_person(
            instance, "Řeháčková", first_name="Šárka", company=company, email="Sarka@Pekarna.cz"
        ).id,
        ConcernKind.LEAD: add_lead(instance, "Zájem o troubu", company_name="Mlýn s.r.o.", email="mlyn@mlyn.cz").id,
        ConcernKind.BUSINESS_CASE: case,
        ConcernKind.PROJECT: add_project(instance, "Přestavba", company=company).id,
        ConcernKind.OFFER: add_offer(instance, "Nabídka pece", company=company, business_case=case).id,
        ConcernKind.SALES_ORDER: add_sales_order(instance, "Objednávka pece", company=company, business_case=case).id,
    }


LABELS = {
    ConcernKind.COMPANY: ("Žižkovská pekárna", "12345678, Praha"),
    ConcernKind.PERSON: ("Šárka Řeháčková", ""),
    ConcernKind.PROJECT: ("Přestavba", None),
    ConcernKind.BUSINESS_CASE: ("Nová pec", None),
    ConcernKind.OFFER: ("Nabídka pece", None),
    ConcernKind.SALES_ORDER: ("Objednávka pece", None),
    ConcernKind.LEAD: ("Zájem o troubu", None),
}


@pytest.mark.parametrize("kind", ConcernKind)
def test_each_kind_is_listed_with_what_a_person_reads(kind: ConcernKind) -> None:
    test = simulated()
    ids = populated(test)
    page = test.perform(NewestRecords(FIRM, kind))
    found = {one.id: one for one in page.records}[ids[kind]]
    label, detail = LABELS[kind]
    assert found.label == label
    assert detail is None or found.detail == detail
    assert found.active
    if kind not in (ConcernKind.COMPANY, ConcernKind.LEAD):
        assert found.company == Concern(kind=ConcernKind.COMPANY, id=ids[ConcernKind.COMPANY])
        assert found.company is not None
        assert found.company.label == "Žižkovská pekárna"
    assert test.checked.checked > 0 or contracts_folder() is None


def test_addresses_are_lower_case() -> None:
    test = simulated()
    ids = populated(test)
    people = {one.id: one for one in test.perform(NewestRecords(FIRM, ConcernKind.PERSON)).records}
    assert people[ids[ConcernKind.PERSON]].emails == ("sarka@pekarna.cz",)
    assert test.perform(NewestRecords(FIRM, ConcernKind.LEAD)).records[0].emails == ("mlyn@mlyn.cz",)


def test_only_what_changed_since_then_is_asked_for() -> None:
    test = simulated()
    populated(test)
    test.clock.advance(seconds=3600)
    since = test.clock.now - timedelta(minutes=5)
    assert test.perform(NewestRecords(FIRM, ConcernKind.COMPANY, since)).records == ()
    add_company(test.instance, "Druhá firma")
    assert [one.label for one in test.perform(NewestRecords(FIRM, ConcernKind.COMPANY, since)).records] == [
        "Druhá firma"
    ]


def test_pages_say_whether_others_follow() -> None:
    test = simulated()
    for number in range(5):
        add_company(test.instance, f"Firma {number}")
    first: RecordPage = test.perform(NewestRecords(FIRM, ConcernKind.COMPANY, None, 0, 3))
    second: RecordPage = test.perform(NewestRecords(FIRM, ConcernKind.COMPANY, None, 3, 3))
    assert (len(first.records), first.more, first.total) == (3, True, 5)
    assert (len(second.records), second.more) == (2, False)
    assert not {one.id for one in first.records} & {one.id for one in second.records}


def test_a_typed_text_is_found_inside_of_names_and_its_percent_sign_means_nothing() -> None:
    test = simulated()
    populated(test)
    add_company(test.instance, "Jiná")
    found = test.perform(FindRecords(FIRM, ConcernKind.COMPANY, "%pekár"))
    assert [one.label for one in found.records] == ["Žižkovská pekárna"]


def test_categories_carry_name_and_colour() -> None:
    test = simulated()
    number = add_category(test.instance, "Důležité", "EB6CD1")
    assert [(one.id, one.label, one.color) for one in test.perform(ActivityCategories(FIRM))] == [
        (number, "Důležité", "EB6CD1")
    ]


def test_what_a_meeting_concerns_is_written_and_read_back_with_names() -> None:
    test = simulated()
    ids = populated(test)
    category = add_category(test.instance, "Důležité", "EB6CD1")
    draft = ActivityDraft(title="Schůzka", owner=PersonId(test.owner), ext_id="olsync:a")
    key = test.perform(CreateActivity(FIRM, ActivityType.MEETING, draft))
    direct = tuple(
        Concern(kind=kind, id=ids[kind])
        for kind in (
            ConcernKind.COMPANY,
            ConcernKind.BUSINESS_CASE,
            ConcernKind.PROJECT,
            ConcernKind.OFFER,
            ConcernKind.SALES_ORDER,
        )
    )
    people = (
        ParticipantWrite(lead=ids[ConcernKind.LEAD]),
        ParticipantWrite(person=PersonId(ids[ConcernKind.PERSON])),
    )
    change = ActivityChange(concerns=direct, category=category, personal=False, participants=people)
    test.perform(UpdateActivity(FIRM, key, change))
    read = test.perform(GetActivity(FIRM, key))
    assert read.concerns == direct
    assert read.concerns[0].label == "Žižkovská pekárna"
    assert read.category == category
    assert read.has_client
    assert {one.lead for one in read.participants} >= {ids[ConcernKind.LEAD]}
    assert "Šárka Řeháčková" in {one.label for one in read.participants}


def test_a_task_names_its_contact_person_itself() -> None:
    test = simulated()
    ids = populated(test)
    draft = ActivityDraft(
        title="Úkol",
        owner=PersonId(test.owner),
        ext_id="olsync:b",
        type=ActivityType.TASK,
        deadline=test.clock.now,
        personal=True,
    )
    key = test.perform(CreateActivity(FIRM, ActivityType.TASK, draft))
    person = Concern(kind=ConcernKind.PERSON, id=ids[ConcernKind.PERSON])
    test.perform(UpdateActivity(FIRM, key, ActivityChange(concerns=(person,), personal=False)))
    assert test.perform(GetActivity(FIRM, key)).concerns == (person,)
