"""What a group may be told, and what it usually is."""

import pytest

from linkwell.connections import errors, packets
from linkwell.connections.packets import Facts, content_of, digest, offers

VALUES = {code: f"the {code}" for code in packets.FIELDS}


def facts(kind="voluntary", *, visit=False, **values) -> Facts:
    return Facts(values={**VALUES, **values}, organisation_kind=kind, is_visit=visit)


def ticked_from_the_start(facts: Facts) -> set[str]:
    return {offer.code for offer in offers(facts) if offer.usual}


@pytest.mark.parametrize("kind", ["voluntary", "business", "unknown"])
def test_most_groups_are_told_name_contact_hope_and_access(kind):
    assert ticked_from_the_start(facts(kind)) == {"name", "contact", "hope", "access"}


@pytest.mark.parametrize("kind", ["council", "nhs", "public"])
def test_bodies_that_open_a_file_are_told_the_full_name_and_the_age_band_too(kind):
    usual = {"name", "contact", "hope", "access", "full_name", "age_band"}
    assert ticked_from_the_start(facts(kind)) == usual


def test_who_visits_at_home_is_told_address_and_risks():
    assert {"address", "risks"} <= ticked_from_the_start(facts(visit=True))


def test_address_and_risks_cannot_be_told_to_a_group_that_does_not_visit():
    offered = offers(facts())
    assert {offer.code for offer in offered if not offer.allowed} == {"address", "risks"}
    for code in ("address", "risks"):
        with pytest.raises(errors.FieldNotAllowed):
            packets.check_ticked(["name", code], offered, extra_reason="they asked")


def test_every_unusual_fact_says_why_it_is_left_out():
    assert all(offer.why for offer in offers(facts()) if not offer.usual)


def test_what_is_not_known_is_not_offered():
    assert "access" not in {offer.code for offer in offers(facts(access=""))}


def test_V08_an_unusual_fact_needs_a_reason():
    offered = offers(facts())
    with pytest.raises(errors.ExtraNeedsReason, match="Everything they would like help with"):
        packets.check_ticked(["name", "needs"], offered, extra_reason="  ")
    packets.check_ticked(["name", "needs"], offered, extra_reason="They help with debts as well")


def test_nothing_ticked_is_refused():
    with pytest.raises(errors.NothingTicked):
        packets.check_ticked([], offers(facts()), extra_reason="")


@pytest.mark.parametrize("code", ["health_number", "notes", "born_on", "reason", "__class__"])
def test_what_is_not_in_the_list_can_never_be_told(code):
    with pytest.raises(errors.FieldNotAllowed):
        packets.check_ticked([code], offers(facts()), extra_reason="because")


def test_V01_the_content_is_the_ticked_facts_and_whom_to_ring_and_no_more():
    content = content_of(["hope", "name"], offers(facts()), whom_to_ring="Asha, 01632 960001")
    assert content == [
        ["First name, as they like to be called", "the name"],
        ["What they hope for", "the hope"],
        ["Whom to ring about this", "Asha, 01632 960001"],
    ]


def test_the_mark_of_a_content_changes_with_any_letter():
    content = content_of(["name"], offers(facts()), whom_to_ring="Asha")
    other = content_of(["name"], offers(facts(name="the nane")), whom_to_ring="Asha")
    assert digest(content) == digest(content_of(["name"], offers(facts()), whom_to_ring="Asha"))
    assert digest(content) != digest(other)


def test_references_are_short_plain_and_all_their_own():
    made = {packets.reference(number) for number in range(5000)}
    assert len(made) == 5000
    assert all(len(reference) == 11 and reference.startswith("S-") for reference in made)
    assert not set("IO01") & set("".join(made).replace("S-", ""))
