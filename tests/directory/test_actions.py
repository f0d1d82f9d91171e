"""What staff do to the directory, with the refusals."""

from datetime import UTC, datetime

import pytest

from linkwell.common.models import AuditEvent
from linkwell.directory import actions, errors
from linkwell.directory.models import InternalRemark, OperatingStatus, Service, Verification
from linkwell.directory.queries import remarks, service_page
from linkwell.directory.recipients import resolve_organisation
from linkwell.messages.recipients import Address, Held
from tests.factories import MembershipFactory, OrganisationFactory, ServiceFactory, in_scheme

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def worker(scheme):
    return MembershipFactory(scheme=scheme)


def audited():
    return list(AuditEvent.objects.order_by("pk").values_list("event", flat=True))


def test_how_a_service_works_now_is_stored_logged_and_audited(worker):
    service = ServiceFactory()

    actions.set_operating_status(
        service_id=service.pk, status="waiting", wait_weeks=6, note="Rang Jo", by=worker, at=NOW
    )

    service.refresh_from_db()
    assert (service.operating, service.wait_weeks, service.operating_note, service.operating_since) == (
        "waiting",
        6,
        "Rang Jo",
        NOW,
    )
    assert OperatingStatus.objects.get().by == worker
    assert audited() == ["directory.status_set"]


def test_a_refused_status_changes_nothing(worker):
    service = ServiceFactory()

    with pytest.raises(errors.StatusRefused):
        actions.set_operating_status(service_id=service.pk, status="open", wait_weeks=3, by=worker, at=NOW)

    assert not OperatingStatus.objects.exists()
    assert audited() == []


def test_the_log_of_statuses_and_confirmations_cannot_be_rewritten(worker):
    from django.db import DatabaseError, transaction

    service = ServiceFactory()
    actions.set_operating_status(service_id=service.pk, status="full", by=worker, at=NOW)
    actions.record_verification(service_id=service.pk, who="group", how="phone", found="right", by=worker, at=NOW)

    for rows in (OperatingStatus.objects, Verification.objects):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(note="changed")


@pytest.mark.parametrize("found", ["right", "changed"])
def test_a_confirmation_makes_an_entry_fresh(worker, found):
    service = ServiceFactory()

    actions.record_verification(service_id=service.pk, who="group", how="phone", found=found, by=worker, at=NOW)

    page = service_page(service.pk, at=NOW)
    assert (page.freshness, page.is_stale) == ("Confirmed by the group today", False)
    assert audited() == ["directory.verified"]


def test_no_answer_leaves_the_freshness_as_it_was(worker):
    service = ServiceFactory()

    actions.record_verification(service_id=service.pk, who="worker", how="phone", found="no_answer", by=worker, at=NOW)

    assert service_page(service.pk, at=NOW).is_stale


def test_found_closed_closes_it(worker):
    service = ServiceFactory()

    actions.record_verification(service_id=service.pk, who="worker", how="visit", found="closed", by=worker, at=NOW)

    assert service_page(service.pk, at=NOW).status == "Closed"
    assert not service_page(service.pk, at=NOW).takes_new_people


def test_a_report_waits_to_be_looked_at(worker):
    service = ServiceFactory()

    report = actions.record_report(service_id=service.pk, kind="closed", note="Doors locked", by=worker, at=NOW)

    assert report.settled_at is None
    assert Service.objects.get(pk=service.pk).operating == "open"
    assert audited() == ["directory.reported"]


def test_an_address_for_referrals_is_set_with_how_it_was_confirmed_and_mail_goes_there(worker):
    organisation = OrganisationFactory(email="info@group.org")
    assert isinstance(resolve_organisation(organisation.pk, "email"), Held)

    actions.set_referral_email(
        organisation_id=organisation.pk, email=" refer@group.org ", how="rang Jo", by=worker, at=NOW
    )

    organisation.refresh_from_db()
    assert (organisation.referral_email_verified_at, organisation.referral_email_verified_by) == (NOW, worker.pk)
    assert resolve_organisation(organisation.pk, "email") == Address("refer@group.org")
    assert audited() == ["directory.referral_address_set"]


def test_taking_the_address_away_holds_the_mail(worker):
    organisation = OrganisationFactory(referral_email="refer@group.org")

    actions.set_referral_email(organisation_id=organisation.pk, email="", how="", by=worker, at=NOW)

    assert "Nobody has confirmed an address" in resolve_organisation(organisation.pk, "email").reason


def test_an_organisation_that_is_gone_or_another_channel_is_held(db):
    organisation = OrganisationFactory(referral_email="refer@group.org")

    assert isinstance(resolve_organisation(organisation.pk, "sms"), Held)
    assert isinstance(resolve_organisation(organisation.pk + 1, "email"), Held)


def test_a_remark_stays_in_its_scheme(worker, other_scheme):
    service = ServiceFactory()

    actions.add_remark(service_id=service.pk, text=" Ask for Jo ", by=worker, at=NOW)

    assert [one.text for one in remarks(service.pk, scheme_id=worker.scheme_id)] == ["Ask for Jo"]
    with in_scheme(other_scheme):
        assert remarks(service.pk, scheme_id=other_scheme.pk) == []
        assert remarks(service.pk, scheme_id=worker.scheme_id) == []


@pytest.mark.parametrize(
    ("text", "sentence"), [("  ", "Write what your colleagues"), ("x" * 2_001, "Shorten the remark")]
)
def test_a_remark_says_something_and_not_too_much(worker, text, sentence):
    with pytest.raises(errors.RemarkRefused, match=sentence):
        actions.add_remark(service_id=ServiceFactory().pk, text=text, by=worker, at=NOW)

    assert not InternalRemark.objects.exists()


def test_needs_set_by_hand_stand_beside_those_of_the_list(worker):
    service = ServiceFactory(need_codes=["food"])

    actions.set_needs(service_id=service.pk, codes=["money", "food"], by=worker, at=NOW)
    actions.set_needs(service_id=service.pk, codes=["money"], by=worker, at=NOW)

    service.refresh_from_db()
    assert service.need_codes == ["money"]


@pytest.mark.parametrize(
    "act",
    [
        lambda by: actions.set_operating_status(service_id=0, status="open", by=by, at=NOW),
        lambda by: actions.record_verification(service_id=0, who="group", how="phone", found="right", by=by, at=NOW),
        lambda by: actions.record_report(service_id=0, kind="closed", by=by, at=NOW),
        lambda by: actions.add_remark(service_id=0, text="x", by=by, at=NOW),
        lambda by: actions.set_referral_email(organisation_id=0, email="a@b.org", how="rang", by=by, at=NOW),
        lambda by: actions.correct_service(service_id=0, fields={"name": "x"}, by=by, at=NOW),
        lambda by: actions.set_needs(service_id=0, codes=[], by=by, at=NOW),
        lambda by: service_page(0, at=NOW),
    ],
)
def test_a_service_that_is_not_there_is_refused(worker, act):
    with pytest.raises(errors.NoSuchService):
        act(worker)


def test_only_facts_of_the_entry_can_be_corrected(worker):
    with pytest.raises(ValueError, match="listing"):
        actions.correct_service(service_id=ServiceFactory().pk, fields={"listing": "gone"}, by=worker, at=NOW)
