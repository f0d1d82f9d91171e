"""Practices, agencies, programmes and settings. Features: TA10, TA11, UX6."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.team import actions, errors
from linkwell.team.access import ADM, COM, LW, MGR, SUP
from linkwell.team.models import Agency, Practice, Programme
from linkwell.team.queries import agencies, practices, programmes, scheme_settings
from tests.factories import AgencyFactory, MembershipFactory, PracticeFactory, ProgrammeFactory, in_scheme

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


@pytest.fixture
def manager(scheme):
    return MembershipFactory(role=MGR)


def test_a_practice_is_added_with_a_code_of_its_system(manager):
    added = actions.add_practice(
        name=" Limelight  Practice ", code_system=ODS, code="p91004", postcode="m16  0hl", by=manager, at=NOW
    )

    assert (added.name, added.code_system, added.code) == ("Limelight Practice", ODS, "P91004")
    assert added.postcode == "M16 0HL"
    assert [row.name for row in practices(viewer=manager)] == ["Limelight Practice"]
    assert AuditEvent.objects.filter(event="practice.added", object_id=added.pk, membership_id=manager.pk).exists()


def test_ux6_a_practice_needs_no_code(manager):
    first = actions.add_practice(name="Surgery", by=manager, at=NOW)
    second = actions.add_practice(name="Surgery by the sea", by=manager, at=NOW)

    assert first.code == second.code == first.code_system == ""


def test_a_code_stands_once_in_a_scheme_but_may_stand_in_another(manager, other_scheme):
    actions.add_practice(name="One", code_system=ODS, code="P91004", by=manager, at=NOW)

    with pytest.raises(errors.CodeTaken):
        actions.add_practice(name="Two", code_system=ODS, code="p91004 ", by=manager, at=NOW)
    with in_scheme(other_scheme):
        assert actions.add_practice(name="Two", code_system=ODS, code="P91004", by=MembershipFactory(role=MGR), at=NOW)


@pytest.mark.parametrize(("name", "email", "refusal"), [
    ("", "", errors.NameMissing),
    ("Surgery", "a@example.org, b@example.org", errors.NotAnAddress),
    ("Surgery", "a@example.org\nBcc: b@example.org", errors.NotAnAddress),
])  # fmt: skip
def test_a_practice_has_a_name_and_one_good_address_or_none(manager, name, email, refusal):
    for act in (actions.add_practice, actions.add_agency):
        with pytest.raises(refusal):
            act(name=name, email=email, by=manager, at=NOW)
    assert not Practice.objects.exists() and not Agency.objects.exists()


def test_a_practice_is_changed_and_can_stop_taking_part(manager):
    practice = PracticeFactory(code="P91004", code_system=ODS)

    changed = actions.update_practice(
        practice_id=practice.pk, name="New name", postcode="m33 7zf", email="News@Example.org", list_size=9000,
        is_active=False, by=manager, at=NOW,
    )  # fmt: skip

    assert (changed.name, changed.email, changed.is_active) == ("New name", "news@example.org", False)
    assert changed.code == "P91004"


def test_what_belongs_to_another_scheme_is_not_there(manager, other_scheme):
    with in_scheme(other_scheme):
        practice, agency, programme = PracticeFactory(), AgencyFactory(), ProgrammeFactory()

    with pytest.raises(NotVisible):
        actions.update_practice(
            practice_id=practice.pk, name="x", postcode="", email="", list_size=None, is_active=True, by=manager, at=NOW
        )
    with pytest.raises(NotVisible):
        actions.update_agency(agency_id=agency.pk, name="x", kind="", email="", is_active=True, by=manager, at=NOW)
    with pytest.raises(NotVisible):
        actions.end_programme(programme_id=programme.pk, on=TODAY, by=manager, at=NOW)


def test_an_agencys_name_stands_once(manager):
    housing = actions.add_agency(name="Housing", kind="council", by=manager, at=NOW)
    other = actions.add_agency(name="Job centre", by=manager, at=NOW)

    with pytest.raises(errors.NameTaken):
        actions.add_agency(name="housing", by=manager, at=NOW)
    with pytest.raises(errors.NameTaken):
        actions.update_agency(agency_id=other.pk, name="Housing", kind="", email="", is_active=True, by=manager, at=NOW)
    same = actions.update_agency(
        agency_id=housing.pk, name="Housing", kind="", email="", is_active=False, by=manager, at=NOW
    )
    assert not same.is_active and len(agencies(viewer=manager)) == 2


def test_ta11_a_scheme_has_programmes_with_clocks_of_their_own(manager):
    green = actions.add_programme(name="Green", kind="green", began_on=TODAY, first_contact_days=14, by=manager, at=NOW)
    with pytest.raises(errors.NameTaken):
        actions.add_programme(name="green", kind="green", began_on=TODAY, by=manager, at=NOW)
    with pytest.raises(errors.OutOfRange):
        actions.add_programme(name="Slow", kind="other", began_on=TODAY, first_contact_days=365, by=manager, at=NOW)
    with pytest.raises(errors.LastProgramme):
        actions.end_programme(programme_id=green.pk, on=TODAY, by=manager, at=NOW)

    actions.add_programme(name="Coaches", kind="health_coach", began_on=TODAY, by=manager, at=NOW)
    actions.end_programme(programme_id=green.pk, on=TODAY, by=manager, at=NOW)

    assert [row.name for row in programmes(viewer=manager)] == ["Coaches", "Green"]
    with pytest.raises(NotVisible):
        actions.end_programme(programme_id=green.pk, on=TODAY, by=manager, at=NOW)


def test_a_programme_that_has_not_begun_ends_on_its_first_day(manager):
    ProgrammeFactory()
    later = ProgrammeFactory(began_on=TODAY + timedelta(days=30))

    assert actions.end_programme(programme_id=later.pk, on=TODAY, by=manager, at=NOW).ended_on == later.began_on


def test_a_scheme_sets_its_own_words_and_clock(manager):
    actions.update_scheme(
        settings=actions.Settings(
            role_name="Community  Connector", first_contact_days=5, phone=" 0161 496 0000 ",
            reply_email="Hello@Example.org", centre_latitude=53.42, centre_longitude=-2.31,
        ),
        by=manager, at=NOW,
    )  # fmt: skip

    now = scheme_settings(viewer=manager)
    assert (now.role_name, now.first_contact_days, now.phone) == ("community connector", 5, "0161 496 0000")
    assert now.reply_email == "hello@example.org" and now.centre == (53.42, -2.31)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"role_name": " "}, errors.NameMissing),
        ({"first_contact_days": 0}, errors.OutOfRange),
        ({"centre_latitude": 53.4}, errors.OutOfRange),
        ({"centre_latitude": 91.0, "centre_longitude": 0.0}, errors.OutOfRange),
        ({"reply_email": "nobody"}, errors.NotAnAddress),
    ],
)
def test_settings_that_cannot_be_are_refused(manager, wrong, refusal):
    with pytest.raises(refusal):
        actions.update_scheme(settings=actions.Settings(**wrong), by=manager, at=NOW)


@pytest.mark.parametrize("role", [LW, SUP, COM])
def test_only_managers_and_administrators_arrange(scheme, role):
    by, practice, agency = MembershipFactory(role=role), PracticeFactory(), AgencyFactory()
    programme = ProgrammeFactory()
    ProgrammeFactory()

    acts = [
        lambda: actions.update_scheme(settings=actions.Settings(), by=by, at=NOW),
        lambda: actions.add_practice(name="x", by=by, at=NOW),
        lambda: actions.update_practice(
            practice_id=practice.pk, name="x", postcode="", email="", list_size=None, is_active=False, by=by, at=NOW
        ),
        lambda: actions.add_agency(name="x", by=by, at=NOW),
        lambda: actions.update_agency(agency_id=agency.pk, name="x", kind="", email="", is_active=False, by=by, at=NOW),
        lambda: actions.add_programme(name="x", kind="other", began_on=TODAY, by=by, at=NOW),
        lambda: actions.end_programme(programme_id=programme.pk, on=TODAY, by=by, at=NOW),
    ]
    for act in acts:
        with pytest.raises(errors.NotYoursToGive):
            act()
    assert Programme.objects.filter(ended_on=None).count() == 2
    assert MembershipFactory(role=ADM)
