"""Who is who: addresses first, single names second, nobody guessed; finding people whatever the accents."""

import pytest

from server.domain.people import Confidence, Entry, Proposal, Why, folded, found, name_key, proposals


def person(id_: str, name: str, *addresses: str, active: bool = True) -> Entry:
    return Entry(id=id_, name=name, addresses=addresses, active=active)


def proposed(persons: list[Entry], mailboxes: list[Entry]) -> dict[str, Proposal]:
    return {one.person.id: one for one in proposals(persons, mailboxes)}


def test_the_same_primary_address_is_certain() -> None:
    one = proposed([person("1", "Jana", "jana@a.cz")], [person("m", "N. J.", "jana@a.cz", "j@a.cz")])["1"]
    assert (one.confidence, one.why) == (Confidence.CERTAIN, Why.SAME_ADDRESS)
    assert one.mailbox is not None
    assert one.mailbox.id == "m"


@pytest.mark.parametrize(
    ("in_raynet", "in_outlook"),
    [(["stara@a.cz"], ["nova@a.cz", "stara@a.cz"]), (["x@a.cz", "jana@a.cz"], ["jana@a.cz"])],
)
def test_an_alias_on_either_side_is_nearly_certain(in_raynet: list[str], in_outlook: list[str]) -> None:
    one = proposed([person("1", "J", *in_raynet)], [person("m", "J", *in_outlook)])["1"]
    assert (one.confidence, one.why) == (Confidence.HIGH, Why.ALIAS)


def test_an_address_of_several_mailboxes_is_a_person_s_decision() -> None:
    one = proposed(
        [person("1", "Jana", "jana@a.cz", "info@a.cz")], [person("m", "", "jana@a.cz"), person("n", "", "info@a.cz")]
    )["1"]
    assert (one.confidence, one.why, one.mailbox) == (Confidence.AMBIGUOUS, Why.SEVERAL_WITH_ADDRESS, None)
    assert [candidate.id for candidate in one.candidates] == ["m", "n"]


def test_an_address_that_two_persons_share_is_nobody_s() -> None:
    both = proposed([person("1", "A", "info@a.cz"), person("2", "B", "info@a.cz")], [person("m", "", "info@a.cz")])
    assert {one.confidence for one in both.values()} == {Confidence.AMBIGUOUS}


@pytest.mark.parametrize(
    ("raynet", "outlook"),
    [
        ("Ing. Jana Nováková, Ph.D.", "Nováková Jana"),
        ("Jana NOVAKOVA", "jana nováková"),
        ("Bc. Petr Řehoř MBA", "Rehor Petr"),
        ("Łukasz Dąbrowski", "Dabrowski Lukasz"),
    ],
)
def test_a_name_that_is_single_on_both_sides_is_probable(raynet: str, outlook: str) -> None:
    one = proposed([person("1", raynet, "a@raynet.cz")], [person("m", outlook, "b@a.cz")])["1"]
    assert (one.confidence, one.why) == (Confidence.PROBABLE, Why.SAME_NAME)


def test_namesakes_are_listed_and_never_guessed() -> None:
    mailboxes = [person("m", "Jan Novák", "jan1@a.cz"), person("n", "Jan Novák", "jan2@a.cz")]
    one = proposed([person("1", "Jan Novák", "x@b.cz")], mailboxes)["1"]
    assert (one.confidence, one.why, one.mailbox) == (Confidence.AMBIGUOUS, Why.SEVERAL_WITH_NAME, None)
    assert len(one.candidates) == 2
    two = proposed([person("1", "Jan Novák", "x@b.cz"), person("2", "Novák Jan", "y@b.cz")], mailboxes[:1])
    assert {each.confidence for each in two.values()} == {Confidence.AMBIGUOUS}


def test_a_namesake_whose_address_is_known_does_not_make_the_other_certain() -> None:
    """The mailbox left over may be of a third Jan Novák, whom Raynet does not know."""
    mailboxes = [person("m", "Jan Novák", "jan1@a.cz"), person("n", "Jan Novák", "jan2@a.cz")]
    found_ones = proposed([person("1", "Jan Novák", "jan1@a.cz"), person("2", "Jan Novák", "z@b.cz")], mailboxes)
    assert found_ones["1"].confidence is Confidence.CERTAIN
    assert (found_ones["2"].confidence, found_ones["2"].mailbox) == (Confidence.AMBIGUOUS, None)
    assert [one.id for one in found_ones["2"].candidates] == ["n"]


def test_a_mailbox_known_by_address_is_not_proposed_again_by_name() -> None:
    both = proposed(
        [person("1", "Jana Nová", "jana@a.cz"), person("2", "Jana Stará", "x@b.cz")],
        [person("m", "Jana Stará", "jana@a.cz")],
    )
    assert both["1"].mailbox is not None
    assert both["2"].confidence is Confidence.NONE


@pytest.mark.parametrize("name", ["", "Jana", "Ing. Nováková", "J. Nováková", "recepce"])
def test_what_is_no_full_name_says_nothing(name: str) -> None:
    assert name_key(name) == ""
    one = proposed([person("1", name, "a@a.cz")], [person("m", name, "b@a.cz")])["1"]
    assert one.why is Why.NOBODY


def test_who_may_not_sign_in_any_more_is_not_proposed() -> None:
    assert proposed([person("1", "Jana Nová", "jana@a.cz", active=False)], [person("m", "", "jana@a.cz")]) == {}


@pytest.mark.parametrize("wanted", ["dvor", "DVOŘÁK", "dvorak petr", "petr@", "petr dvo", "  Řezníčková-Dvořák"])
def test_people_are_found_whatever_the_case_and_the_accents(wanted: str) -> None:
    people = [person("1", "Petr Dvořák", "petr@a.cz"), person("2", "Petra Řezníčková-Dvořák", "petr@b.cz")]
    assert found(people, wanted, 10)


def test_whose_name_begins_with_it_comes_first() -> None:
    people = [person("1", "Adam Zanovák"), person("2", "Zdena Nováková"), person("3", "Bára Jiná")]
    assert [one.id for one in found(people, "nova", 10)] == ["2", "1"]
    assert [one.id for one in found(people, "nova", 1)] == ["2"]
    assert len(found(people, "", 10)) == 3


def test_folding_reads_like_typing_without_accents() -> None:
    assert folded("Příliš  žluťoučký KŮŇ") == "prilis zlutoucky kun"
