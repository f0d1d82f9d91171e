"""A02: nobody reaches people's records alone; what opens them takes two, and the trail names both."""

from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.team import access, actions, errors
from linkwell.team.access import ADM, COM, DIR, IG, LW, MGR, REF, SUP
from linkwell.team.models import Invitation, Membership, Proposal, Token
from linkwell.team.rules import PROPOSAL_LIVES, Place
from tests.factories import PASSWORD, AccountFactory, MembershipFactory, PracticeFactory, in_scheme

NOW = timezone.now()
NEW = "second-me@example.org"


def wanted(role, email=NEW, **place):
    return {"email": email, "name": "Ada", "place": Place(role=role, **place)}


def ask(by, role=MGR, at=NOW, **more):
    return actions.ask_to_invite(**wanted(role, **more), by=by, at=at)


def roles_here(scheme):
    return sorted(Membership.objects.of_scheme(scheme.pk).filter(ended_on=None).values_list("role", flat=True))


# --- who needs a second person ---


@pytest.mark.parametrize("role", [MGR, IG, ADM])
def test_A02_an_administrator_never_gives_alone_a_place_that_leads_to_records(scheme, role):
    admin = MembershipFactory(role=ADM)

    with pytest.raises(errors.SecondPersonNeeded):
        actions.invite(**wanted(role), by=admin, at=NOW)

    assert not Invitation.objects.exists() and not Token.objects.exists()


def test_A02_an_administrator_gives_no_referrers_place_alone_for_referrers_read_reasons(scheme):
    admin, practice = MembershipFactory(role=ADM), PracticeFactory()

    with pytest.raises(errors.SecondPersonNeeded):
        actions.invite(**wanted(REF, practice_id=practice.pk), by=admin, at=NOW)


def test_A02_a_referrer_is_moved_to_another_practice_by_two(scheme):
    admin, referrer, other = MembershipFactory(role=ADM), MembershipFactory(role=REF), PracticeFactory()

    with pytest.raises(errors.SecondPersonNeeded):
        actions.change_member(membership_id=referrer.pk, place=Place(role=REF, practice_id=other.pk), by=admin, at=NOW)


@pytest.mark.parametrize("role", [LW, SUP])
def test_A02_an_administrator_may_not_even_ask_for_a_place_that_opens_records(scheme, role):
    with pytest.raises(errors.NotYoursToGive):
        ask(MembershipFactory(role=ADM), role)


@pytest.mark.parametrize("role", [COM, DIR])
def test_a_place_that_opens_no_record_is_given_by_one(scheme, role):
    MembershipFactory(role=MGR)

    assert actions.invite(**wanted(role), by=MembershipFactory(role=ADM), at=NOW).invitation.is_agreed


def test_the_first_manager_of_a_fresh_scheme_acts_alone_until_somebody_else_could_agree(scheme):
    first = MembershipFactory(role=MGR)
    assert actions.invite(**wanted(LW), by=first, at=NOW).url_path

    second = MembershipFactory(role=MGR)
    with pytest.raises(errors.SecondPersonNeeded):
        actions.invite(**wanted(LW), by=first, at=NOW)

    actions.end_membership(membership_id=second.pk, on=timezone.localdate(NOW), by=first, at=NOW)
    with pytest.raises(errors.SecondPersonNeeded):  # ending the second person does not make one alone again
        actions.invite(**wanted(LW), by=first, at=NOW)


def test_A02_a_second_account_of_ones_own_counts_as_a_place_of_ones_own(scheme):
    manager = MembershipFactory(role=MGR)
    also = MembershipFactory(role=IG, account=manager.account)
    MembershipFactory(role=ADM)
    asked = ask(manager)

    with pytest.raises(errors.NotASecondPerson):
        actions.agree(proposal_id=asked.pk, by=also, at=NOW)


def test_A02_changing_a_members_role_takes_two_as_well(scheme):
    manager, editor = MembershipFactory(role=MGR), MembershipFactory(role=DIR)
    MembershipFactory(role=ADM)

    for role in (LW, SUP, MGR, IG, ADM):
        with pytest.raises(errors.SecondPersonNeeded):
            actions.change_member(membership_id=editor.pk, place=Place(role=role), by=manager, at=NOW)

    editor.refresh_from_db()
    assert (editor.role, editor.ended_on) == (DIR, None)


# --- what waits opens nothing ---


def test_A02_what_waits_has_no_link_and_cannot_be_taken_up(scheme):
    asked = ask(MembershipFactory(role=ADM))

    assert not Token.objects.exists()
    forged = actions.invitations._with_link(asked.invitation, by=None, at=NOW)  # whoever could write a link
    with pytest.raises(errors.InvitationOver):
        actions.redeem_invitation(secret=forged.url_path.split("/")[2], name="Ada", password=PASSWORD, at=NOW)


def test_a_second_person_agrees_and_the_invitation_goes(scheme):
    asked, second = ask(MembershipFactory(role=ADM)), MembershipFactory(role=MGR)

    agreed = actions.agree(proposal_id=asked.pk, by=second, at=NOW)

    joined = actions.redeem_invitation(
        secret=agreed.invited.url_path.split("/")[2], name="Ada", password=PASSWORD, at=NOW
    )
    assert joined.membership.role == MGR
    by = dict(AuditEvent.objects.filter(event__startswith="proposal.").values_list("event", "membership_id"))
    assert by == {"proposal.agreed": second.pk}
    assert AuditEvent.objects.filter(event="invitation.asked", membership_id=asked.asked_by_id).exists()


@pytest.mark.parametrize("role", [LW, SUP, DIR, COM, REF])
def test_A02_who_may_not_give_places_is_no_second_person(scheme, role):
    asked = ask(MembershipFactory(role=ADM))

    with pytest.raises(errors.NotYoursToGive):
        actions.agree(proposal_id=asked.pk, by=MembershipFactory(role=role), at=NOW)


def test_A02_nobody_agrees_to_their_own_asking_or_their_own_gain(scheme):
    admin = MembershipFactory(role=ADM)
    invited = MembershipFactory(role=ADM, account__email=NEW)
    asked = ask(admin)

    for by in (admin, invited):
        with pytest.raises(errors.NotASecondPerson):
            actions.agree(proposal_id=asked.pk, by=by, at=NOW)

    manager, gains = MembershipFactory(role=MGR), MembershipFactory(role=IG)
    change = actions.ask_to_change(membership_id=gains.pk, place=Place(role=MGR), by=manager, at=NOW)
    with pytest.raises(errors.NotASecondPerson):
        actions.agree(proposal_id=change.pk, by=gains, at=NOW)


def test_A02_the_database_itself_refuses_an_agreement_of_one(scheme):
    asked = ask(MembershipFactory(role=ADM))

    with pytest.raises(Exception, match="agreed_by_a_second_person"), transaction.atomic():
        Proposal.objects.filter(pk=asked.pk).update(decision="agreed", decided_by=asked.asked_by, decided_at=NOW)


def test_A02_agreement_comes_too_late_after_a_week_or_when_the_asker_lost_the_right(scheme):
    head, second = MembershipFactory(role=MGR), MembershipFactory(role=MGR)
    late = ask(head)
    with pytest.raises(errors.ProposalOver):
        actions.agree(proposal_id=late.pk, by=second, at=NOW + PROPOSAL_LIVES)

    admin = MembershipFactory(role=ADM)
    asked = ask(admin, email="other@example.org")
    actions.end_membership(membership_id=admin.pk, on=timezone.localdate(NOW), by=head, at=NOW)
    with pytest.raises(errors.ProposalOver):
        actions.agree(proposal_id=asked.pk, by=second, at=NOW)


def test_A02_an_agreement_counts_once(scheme):
    asked, second = ask(MembershipFactory(role=ADM)), MembershipFactory(role=MGR)
    actions.agree(proposal_id=asked.pk, by=second, at=NOW)

    with pytest.raises(errors.ProposalOver):
        actions.agree(proposal_id=asked.pk, by=second, at=NOW)

    assert Token.objects.count() == 1


def test_A02_another_schemes_manager_sees_and_decides_nothing(scheme, foreign_scheme, client_for):
    asked = ask(MembershipFactory(role=ADM))
    with in_scheme(foreign_scheme):
        stranger = MembershipFactory(role=MGR)
    with in_scheme(foreign_scheme), pytest.raises(NotVisible):
        actions.agree(proposal_id=asked.pk, by=stranger, at=NOW)

    assert client_for(stranger).get(f"/team/waiting/{asked.pk}/").status_code == 404
    asked.refresh_from_db()
    assert asked.decision == ""


def test_a_refusal_stops_the_invitation_for_good(scheme):
    asked = ask(MembershipFactory(role=ADM))

    actions.refuse(proposal_id=asked.pk, by=MembershipFactory(role=IG), at=NOW)

    asked.invitation.refresh_from_db()
    assert asked.invitation.withdrawn_at == NOW
    assert AuditEvent.objects.filter(event="proposal.refused").exists()


def test_a_changed_place_keeps_its_hours_and_words(scheme):
    manager, editor, second = MembershipFactory(role=MGR), MembershipFactory(role=DIR), MembershipFactory(role=IG)
    place = Place(role=LW, job_title="Connector", hours_per_week=Decimal("22.5"), may_triage=True)
    asked = actions.ask_to_change(membership_id=editor.pk, place=place, by=manager, at=NOW)

    changed = actions.agree(proposal_id=asked.pk, by=second, at=NOW).changed

    assert (changed.role, changed.job_title, float(changed.hours_per_week), changed.may_triage) == (
        LW, "Connector", 22.5, True
    )  # fmt: skip
    editor.refresh_from_db()
    assert editor.ended_on == timezone.localdate(NOW)


# --- the whole chain of an administrator who wants to read ---


def test_A02_an_administrator_alone_reaches_no_role_that_reads_by_any_chain(scheme, client_for):
    """Ask, agree, invite, change, reset: breadth first over everything the pages offer, with every puppet made."""
    admin, manager = MembershipFactory(role=ADM), MembershipFactory(role=MGR, account__second_factor=True)
    worker = MembershipFactory(role=LW, account__second_factor=True)
    hands = [admin]
    for number in range(3):
        for hand in list(hands):
            theirs = client_for(hand)
            for role in access.SIGNED_IN:
                theirs.post("/team/invite/", {"email": f"p{number}-{role}@example.org", "role": role})
            for target in Membership.objects.of_scheme(scheme.pk):
                theirs.post(f"/team/members/{target.pk}/", {"role": MGR})
                theirs.post(f"/team/members/{target.pk}/reset/")
            for proposal in Proposal.objects.filter(decision=""):
                theirs.post(f"/team/waiting/{proposal.pk}/", {"answer": "agree"})
        for invitation in Invitation.objects.filter(redeemed_at=None, is_agreed=True, withdrawn_at=None):
            account = AccountFactory(email=invitation.email)  # the administrator reads every mailbox
            hands.append(MembershipFactory(role=invitation.role, account=account))
            Invitation.objects.filter(pk=invitation.pk).update(redeemed_at=NOW)

    assert {hand.role for hand in hands} == {ADM, COM, DIR}
    assert Authenticator.objects.filter(user=worker.account).exists()
    assert Authenticator.objects.filter(user=manager.account).exists()
    assert Proposal.objects.exists() and not Proposal.objects.exclude(decision__in=("", "withdrawn")).exists()


def test_A02_two_administrators_together_leave_a_trail_and_every_manager_is_told(scheme, client_for):
    one, two = MembershipFactory(role=ADM), MembershipFactory(role=ADM)
    managers = [MembershipFactory(role=MGR) for _ in range(2)]
    client_for(one).post("/team/invite/", {"email": NEW, "role": MGR})
    asked = Proposal.objects.get()

    client_for(two).post(f"/team/waiting/{asked.pk}/", {"answer": "agree"})

    told = Message.objects.filter(template="agreement_given").values_list("recipient_id", flat=True)
    assert sorted(told) == sorted(manager.pk for manager in managers)
    trail = dict(AuditEvent.objects.values_list("event", "membership_id"))
    assert trail["invitation.asked"] == one.pk and trail["proposal.agreed"] == two.pk


# --- the pages ---


def test_A02_agreeing_needs_a_second_step_shown_just_now(scheme, client_for, settings):
    asked = ask(MembershipFactory(role=ADM))
    second = MembershipFactory(role=MGR, account__second_factor=True)
    theirs = client_for(second)
    session = theirs.session
    session["account_authentication_methods"][0]["at"] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 5
    session.save()

    for answer in (
        theirs.get(f"/team/waiting/{asked.pk}/"), theirs.post(f"/team/waiting/{asked.pk}/", {"answer": "agree"})
    ):  # fmt: skip
        assert answer.url.startswith("/account/2fa/reauthenticate/")
    asked.refresh_from_db()
    assert asked.decision == ""

    session["account_authentication_methods"][0]["at"] += 7200  # and one from the future is not fresh either
    session.save()
    assert theirs.get(f"/team/waiting/{asked.pk}/").status_code == 302


def test_the_team_page_shows_what_waits_to_each_by_what_they_may_do(scheme, client_for):
    admin, manager, lead = MembershipFactory(role=ADM), MembershipFactory(role=MGR), MembershipFactory(role=SUP)
    asked = ask(admin)
    page = f"/team/waiting/{asked.pk}/"

    assert page in client_for(manager).get("/team/").content.decode()
    mine = client_for(admin).get("/team/").content.decode()
    assert f"{page}withdraw/" in mine and f'"{page}"' not in mine
    others = client_for(lead).get("/team/").content.decode()
    assert page not in others and "decides, but not who asked" in others
    assert client_for(admin).get(page).status_code == client_for(lead).get(page).status_code == 404


def test_who_asked_may_withdraw_and_nobody_else(scheme, client_for):
    admin, manager = MembershipFactory(role=ADM), MembershipFactory(role=MGR)
    asked = ask(admin)

    assert client_for(manager).post(f"/team/waiting/{asked.pk}/withdraw/").status_code == 404
    client_for(admin).post(f"/team/waiting/{asked.pk}/withdraw/")

    asked.refresh_from_db()
    assert asked.decision == "withdrawn" and Invitation.objects.get(pk=asked.invitation_id).withdrawn_at


@pytest.mark.parametrize("role", [MGR, IG, ADM])
def test_without_mail_whoever_agreed_is_shown_the_link_once(scheme, client_for, role):
    asked = ask(MembershipFactory(role=ADM))
    theirs = client_for(MembershipFactory(role=role))

    page = theirs.post(f"/team/waiting/{asked.pk}/", {"answer": "agree"}, follow=True)

    assert page.status_code == 200 and "/i/" in page.content.decode()
    assert theirs.get("/team/invited/").url == "/team/"


def test_a_refusal_on_the_page_changes_nothing(scheme, client_for):
    asked = ask(MembershipFactory(role=ADM))

    client_for(MembershipFactory(role=MGR)).post(f"/team/waiting/{asked.pk}/", {"answer": "refuse"})

    asked.refresh_from_db()
    assert asked.decision == "refused" and not Token.objects.exists()


def test_a_form_without_an_answer_decides_nothing(scheme, client_for):
    asked = ask(MembershipFactory(role=ADM))

    assert client_for(MembershipFactory(role=MGR)).post(f"/team/waiting/{asked.pk}/").status_code == 200

    asked.refresh_from_db()
    assert asked.decision == ""


def test_what_ran_out_is_no_longer_shown(scheme, client_for):
    ask(MembershipFactory(role=ADM), at=NOW - PROPOSAL_LIVES - timedelta(hours=1))

    assert "Waits for a second person" not in client_for(MembershipFactory(role=MGR)).get("/team/").content.decode()


def test_the_cost_of_the_team_page_does_not_grow_with_what_waits(scheme, client_for):
    admin, manager = MembershipFactory(role=ADM), MembershipFactory(role=MGR)
    theirs = client_for(manager)
    for number in range(2):
        ask(admin, email=f"a{number}@example.org")
    theirs.get("/team/")
    with connection.execute_wrapper(lambda execute, *rest: counted.append(1) or execute(*rest)):
        counted: list[int] = []
        theirs.get("/team/")
        few = len(counted)
        for number in range(6):
            ask(admin, email=f"b{number}@example.org")
        counted.clear()
        theirs.get("/team/")
    assert len(counted) == few
