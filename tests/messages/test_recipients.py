"""Who is written to: looked up at sending, or held with a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.messages import errors, recipients
from linkwell.messages.recipients import Address, Held
from tests.factories import AgencyFactory, MembershipFactory, PracticeFactory


def test_a_practice_an_agency_and_a_member_have_their_own_mailboxes(scheme):
    practice, agency, member = PracticeFactory(), AgencyFactory(), MembershipFactory()
    assert recipients.resolve("practice", practice.pk, "email") == Address(practice.email)
    assert recipients.resolve("agency", agency.pk, "email") == Address(agency.email)
    assert recipients.resolve("member", member.pk, "email") == Address(member.account.email)


@pytest.mark.parametrize("fields", [{"email": ""}, {"is_active": False}])
def test_a_practice_or_agency_without_address_or_no_longer_there_is_held(scheme, fields):
    assert isinstance(recipients.resolve("practice", PracticeFactory(**fields).pk, "email"), Held)
    assert isinstance(recipients.resolve("agency", AgencyFactory(**fields).pk, "email"), Held)


def test_a_member_who_has_left_is_held(scheme):
    gone = MembershipFactory(ended_on=timezone.localdate() - timedelta(days=1))
    assert recipients.resolve("member", gone.pk, "email") == Held("This member has left.")


def test_a_member_of_another_scheme_is_not_found(scheme, other_scheme):
    stranger = MembershipFactory(scheme=other_scheme)
    assert isinstance(recipients.resolve("member", stranger.pk, "email"), Held)


def test_what_does_not_exist_is_held(scheme):
    for kind in ("practice", "agency", "member"):
        assert isinstance(recipients.resolve(kind, 0, "email"), Held)


def test_a_channel_that_is_not_set_up_is_held(scheme):
    assert recipients.resolve("practice", PracticeFactory().pk, "sms") == Held(
        "Only e-mail is set up for this recipient."
    )


def test_a_kind_that_nobody_registered_is_an_error():
    with pytest.raises(errors.UnknownRecipient, match="carrier pigeon"):
        recipients.resolve("carrier pigeon", 1, "email")
