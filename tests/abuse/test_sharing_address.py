"""D10, V02: nobody who edits the shared directory decides where another scheme's people's details go."""

import pytest
from django.utils import timezone

from linkwell.connections.models import SharePacket
from linkwell.directory.actions import set_referral_email
from linkwell.directory.queries import referral_address
from linkwell.messages.models import Message
from linkwell.messages.recipients import Address, resolve
from linkwell.team.access import DIR, LW
from tests.factories import MembershipFactory, in_scheme

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_D10_an_address_that_another_scheme_wrote_receives_nothing_of_ours(story, scheme, other_scheme):
    assert referral_address(story.group, scheme_id=scheme.pk) == "shed@example.org"
    with in_scheme(other_scheme):
        theirs = MembershipFactory(role=LW)
        group = set_referral_email(
            organisation_id=story.group.pk, email="me@evil.example", how="rang them", by=theirs, at=NOW
        )
    assert referral_address(group, scheme_id=scheme.pk) == ""


def test_D10_codes_of_a_link_go_to_where_the_link_went_also_after_the_address_changed(story, scheme):
    story.refer()
    packet = SharePacket.objects.get()
    set_referral_email(
        organisation_id=story.group.pk, email="new@example.org", how="rang them",
        by=MembershipFactory(role=LW), at=NOW,
    )  # fmt: skip
    message = Message.objects.filter(template="organisation_referral").get()
    assert (message.recipient_kind, message.recipient_id) == ("share", packet.pk)
    assert resolve("share", packet.pk, "email") == Address("shed@example.org")


def test_D10_a_directory_editor_cannot_say_where_referrals_go(story, client_for):
    editor = client_for(MembershipFactory(role=DIR))
    answer = editor.post(
        f"/directory/{story.service.pk}/address/", {"address-email": "x@y.example", "address-how": "x"}
    )
    assert answer.status_code == 404
    story.group.refresh_from_db()
    assert story.group.referral_email == "shed@example.org"


def test_an_id_too_large_for_the_database_is_as_absent_as_any_other(scheme, client_for):
    worker = client_for(MembershipFactory(role=LW))
    assert worker.get("/people/99999999999999999999999/").status_code == 404
