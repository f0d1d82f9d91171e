"""Invitations: who may send them, who may take them up, and once only. Features: SE4, TA10."""

from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.team import actions, errors, tokens
from linkwell.team.access import ADM, COM, LW, MGR, REF, SUP
from linkwell.team.models import Account, Host, Invitation, Membership, Scheme
from linkwell.team.rules import Place
from tests.factories import (
    PASSWORD,
    AccountFactory,
    AgencyFactory,
    MembershipFactory,
    PracticeFactory,
    SchemeFactory,
    in_scheme,
)

NOW = timezone.now()
NEW = "ada@example.org"


def invite(by, email=NEW, name="Ada Example", at=NOW, **place):
    return actions.invite(email=email, name=name, place=Place(**{"role": LW, **place}), by=by, at=at)


def secret_of(invited):
    return invited.url_path.split("/")[2]


def redeem(invited, password=PASSWORD, name="Ada Example", at=NOW):
    return actions.redeem_invitation(secret=secret_of(invited), password=password, name=name, at=at)


# --- a new scheme from the console ---


def test_a_new_scheme_comes_with_a_host_a_programme_and_one_invitation_for_its_manager(db):
    added = actions.add_scheme(name="  Trafford   Together ", admin_email="Boss@Example.org", at=NOW)

    assert (added.scheme.name, added.scheme.host.name) == ("Trafford Together", "Trafford Together")
    assert (added.invitation.email, added.invitation.role) == ("boss@example.org", MGR)
    assert added.invitation.expires_at - NOW == timedelta(days=7)
    joined = actions.redeem_invitation(
        secret=added.invitation_url_path.split("/")[2], password=PASSWORD, name="Bo Boss", at=NOW
    )
    assert joined.membership.role == MGR and joined.membership.scheme == added.scheme
    with in_scheme(added.scheme):
        assert {"scheme.added", "invitation.sent", "invitation.taken_up"} <= set(
            AuditEvent.objects.values_list("event", flat=True)
        )


def test_a_second_scheme_of_the_same_host_joins_it(db):
    first = actions.add_scheme(name="North", admin_email=NEW, at=NOW, host_name="Age Concern")
    second = actions.add_scheme(name="South", admin_email=NEW, at=NOW, host_name="age concern")

    assert first.scheme.host == second.scheme.host


@pytest.mark.parametrize(
    ("name", "email", "refusal"),
    [
        ("  ", NEW, errors.NameMissing),
        ("trafford together", NEW, errors.NameTaken),
        ("South", "not an address", errors.NotAnAddress),
        ("South", "a@example.org, b@example.org", errors.NotAnAddress),
    ],
)
def test_a_scheme_without_a_name_of_its_own_or_a_good_address_is_refused(db, name, email, refusal):
    actions.add_scheme(name="Trafford Together", admin_email=NEW, at=NOW)

    with pytest.raises(refusal):
        actions.add_scheme(name=name, admin_email=email, at=NOW)

    assert Scheme.objects.count() == Host.objects.count() == Invitation.objects.count() == 1


def test_a_demo_database_takes_no_real_scheme(db):
    SchemeFactory(is_demo=True)

    with pytest.raises(errors.DemoDatabase, match="LINKWELL_HOME"):
        actions.add_scheme(name="Real", admin_email=NEW, at=NOW)


# --- inviting ---


def test_a_manager_invites_a_link_worker_with_hours_and_triage(scheme):
    invited = invite(MembershipFactory(role=MGR), may_triage=True, hours_per_week=Decimal("22.5"))

    place = redeem(invited).membership

    assert (place.role, place.may_triage, place.hours_per_week) == (LW, True, Decimal("22.5"))
    assert place.account.check_password(PASSWORD)
    assert EmailAddress.objects.filter(user=place.account, email=NEW, verified=True, primary=True).exists()


def test_the_secret_of_a_link_is_not_at_rest(scheme):
    invited = invite(MembershipFactory(role=MGR))

    assert secret_of(invited) not in str(list(Invitation.objects.values()) + list(type(invited.link).objects.values()))
    assert tokens.secret_of(invited.link) == secret_of(invited)


@pytest.mark.parametrize(("role", "to"), [(SUP, SUP), (SUP, MGR), (SUP, REF), (LW, LW), (COM, COM), (REF, REF)])
def test_nobody_invites_above_or_beside_their_own_right(scheme, role, to):
    with pytest.raises(errors.NotYoursToGive):
        invite(MembershipFactory(role=role), role=to, practice_id=PracticeFactory().pk if to == REF else None)

    assert not Invitation.objects.exists()


def test_a_team_lead_invites_a_link_worker(scheme):
    assert invite(MembershipFactory(role=SUP)).invitation.role == LW


@pytest.mark.parametrize("role", [LW, SUP])
def test_a02_an_administrator_gives_nobody_a_role_that_opens_records(scheme, role):
    with pytest.raises(errors.NotYoursToGive):
        invite(MembershipFactory(role=ADM), role=role)


def test_a02_nobody_invites_themself_by_any_spelling_of_their_address(scheme):
    admin = MembershipFactory(role=MGR)

    with pytest.raises(errors.NotYourself):
        invite(admin, email=f"  {admin.account.email.upper()} ")


def test_a_referrer_is_of_one_practice_or_agency_of_the_scheme(scheme, other_scheme):
    manager = MembershipFactory(role=MGR)
    with in_scheme(other_scheme):
        theirs = PracticeFactory()
    closed = PracticeFactory(is_active=False)

    for wrong in (
        {},
        {"practice_id": PracticeFactory().pk, "agency_id": AgencyFactory().pk},
        {"practice_id": theirs.pk},
        {"practice_id": closed.pk},
    ):
        with pytest.raises(errors.PlaceIncomplete):
            invite(manager, role=REF, **wrong)
    assert invite(manager, role=REF, practice_id=PracticeFactory().pk).invitation.practice_id


def test_hours_beyond_a_week_are_refused(scheme):
    with pytest.raises(errors.OutOfRange, match="Hours a week"):
        invite(MembershipFactory(role=MGR), hours_per_week=Decimal(400))


def test_someone_who_has_that_place_already_is_not_invited_to_it(scheme):
    there = MembershipFactory(role=LW)

    with pytest.raises(errors.AlreadyMember):
        invite(MembershipFactory(role=MGR), email=there.account.email)


def test_a_second_invitation_to_an_address_stops_the_first(scheme):
    manager = MembershipFactory(role=MGR)
    first, second = invite(manager), invite(manager)

    with pytest.raises(errors.InvitationOver):
        redeem(first)
    assert redeem(second).membership


def test_a_withdrawn_invitation_is_over(scheme):
    manager = MembershipFactory(role=MGR)
    invited = invite(manager)

    actions.withdraw_invitation(invitation_id=invited.invitation.pk, by=manager, at=NOW)

    with pytest.raises(errors.InvitationOver):
        redeem(invited)
    with pytest.raises(NotVisible):
        actions.withdraw_invitation(invitation_id=invited.invitation.pk, by=manager, at=NOW)


@pytest.mark.parametrize(
    "over",
    [{"is_agreed": False}, {"redeemed_at": NOW}, {"withdrawn_at": NOW}, {"expires_at": NOW}],
    ids=lambda over: next(iter(over)),
)
def test_k06_an_invitation_that_is_over_opens_nothing_though_its_link_is_still_known(scheme, over):
    """Two who press at once both find the link; what they find of the invitation, one after the other, decides."""
    invited = invite(MembershipFactory(role=MGR))
    Invitation.objects.filter(pk=invited.invitation.pk).update(**over)

    with pytest.raises(errors.InvitationOver):
        redeem(invited)


def test_an_invitation_of_another_scheme_cannot_be_withdrawn(scheme, other_scheme):
    with in_scheme(other_scheme):
        invited = invite(MembershipFactory(role=MGR))

    with pytest.raises(NotVisible):
        actions.withdraw_invitation(invitation_id=invited.invitation.pk, by=MembershipFactory(role=MGR), at=NOW)


# --- taking up ---


def test_k06_an_invitation_is_taken_up_once(scheme):
    invited = invite(MembershipFactory(role=MGR))
    redeem(invited)

    with pytest.raises(errors.InvitationOver):
        redeem(invited)

    assert Membership.objects.filter(account__email=NEW).count() == 1


def test_k04_an_invitation_ends_after_seven_days(scheme):
    invited = invite(MembershipFactory(role=MGR))

    with pytest.raises(errors.InvitationOver):
        redeem(invited, at=NOW + timedelta(days=7))
    with pytest.raises(errors.InvitationOver):
        actions.redeem_invitation(secret="guess", password=PASSWORD, name="Ada", at=NOW)


def test_k04_a_link_of_another_purpose_is_no_invitation(scheme):
    invited = invite(MembershipFactory(role=MGR))
    reply = tokens.make_token(
        scheme_id=scheme.pk, purpose="organisation_reply", object_id=invited.invitation.pk,
        expires_at=NOW + timedelta(days=1), at=NOW,
    )  # fmt: skip

    with pytest.raises(errors.InvitationOver):
        actions.redeem_invitation(secret=tokens.secret_of(reply), password=PASSWORD, name="Ada", at=NOW)


@pytest.mark.parametrize("password", ["short", "1qaz2wsx3edc4rfv", "adaexampleada", "ada@example.org"])
def test_a_weak_password_is_refused_and_the_invitation_stays_open(scheme, password):
    invited = invite(MembershipFactory(role=MGR))

    with pytest.raises(errors.PasswordTooWeak):
        redeem(invited, password=password)

    assert not Account.objects.filter(email=NEW).exists()
    assert redeem(invited).membership


def test_k06_an_address_with_a_sign_in_must_sign_in_and_its_password_is_not_replaced(scheme):
    account = AccountFactory(email=NEW)
    invited = invite(MembershipFactory(role=MGR))

    with pytest.raises(errors.InvitedAddressHasAccount):
        redeem(invited, password="another long password here")

    account.refresh_from_db()
    assert account.check_password(PASSWORD) and not account.memberships.exists()
    joined = actions.accept_invitation(secret=secret_of(invited), account=account, at=NOW)
    assert joined.membership.account == account and joined.membership.scheme == scheme


def test_k06_another_account_cannot_take_an_invitation_up(scheme):
    invited = invite(MembershipFactory(role=MGR))
    other = AccountFactory()

    with pytest.raises(errors.InvitationForSomeoneElse):
        actions.accept_invitation(secret=secret_of(invited), account=other, at=NOW)

    assert not other.memberships.exists()
    assert redeem(invited).membership


def test_someone_who_joined_meanwhile_keeps_one_place(scheme):
    manager, account = MembershipFactory(role=MGR), AccountFactory(email=NEW)
    invited = invite(manager)
    MembershipFactory(account=account, role=LW)

    with pytest.raises(errors.AlreadyMember):
        actions.accept_invitation(secret=secret_of(invited), account=account, at=NOW)
