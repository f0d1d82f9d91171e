"""K06, T05, A02, A06, L05: accounts, invitations and rights that change while someone works."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.common.scope import scope
from linkwell.team import actions, errors
from linkwell.team.access import ADM, COM, DIR, IG, LW, MGR, SUP
from linkwell.team.models import Account, Invitation, Membership, Practice
from linkwell.team.rules import Place
from tests.factories import PASSWORD, AccountFactory, EpisodeFactory, MembershipFactory, SchemeFactory, in_scheme

NOW = timezone.now()
NEW = "ada@example.org"


def invited(by, email=NEW, **place):
    wanted = {"email": email, "name": "Ada", "place": Place(**{"role": LW, **place}), "by": by, "at": NOW}
    try:
        return actions.invite(**wanted)
    except errors.SecondPersonNeeded:
        asked = actions.ask_to_invite(**wanted)
        return actions.agree(proposal_id=asked.pk, by=MembershipFactory(role=MGR), at=NOW).invited


def secret_of(made):
    return made.url_path.split("/")[2]


# --- T05: rights change between page load and submit ---


def demote(member, manager):
    actions.change_member(membership_id=member.pk, place=Place(role=COM), by=manager, at=NOW)


def end(member, manager):
    actions.end_membership(membership_id=member.pk, on=timezone.localdate(NOW), by=manager, at=NOW)


def suspend(member, manager):
    Account.objects.filter(pk=member.account_id).update(is_active=False)


@pytest.mark.parametrize("change", [demote, end, suspend])
def test_t05_a_manager_who_lost_the_right_meanwhile_changes_nothing(client_for, scheme, change):
    head, manager = MembershipFactory(role=MGR), MembershipFactory(role=MGR)
    worker = MembershipFactory()
    theirs = client_for(manager)
    assert theirs.get("/team/practices/add/").status_code == 200  # the page is open; then:
    change(manager, head)

    for address, form in (
        ("/team/practices/add/", {"name": "Surgery"}),
        ("/team/invite/", {"email": NEW, "role": LW}),
        (f"/team/members/{worker.pk}/", {"role": COM}),
        ("/team/scheme/", {"role_name": "boss", "first_contact_days": 1}),
    ):
        answer = theirs.post(address, form)
        assert answer.status_code == 404 or answer.url.startswith("/account/login/")

    assert not Practice.objects.exists() and not Invitation.objects.exists()
    worker.refresh_from_db(), scheme.refresh_from_db()
    assert worker.role == LW and worker.ended_on is None and scheme.role_name == "link worker"


def test_t05_a_link_worker_made_directory_editor_no_longer_opens_the_person_on_screen(client_for, scheme):
    episode = EpisodeFactory()
    theirs = client_for(episode.link_worker)
    page = f"/people/{episode.person_id}/"
    assert theirs.get(page).status_code == 200

    actions.change_member(
        membership_id=episode.link_worker_id, place=Place(role=DIR), by=MembershipFactory(role=MGR), at=NOW
    )

    assert theirs.get(page).status_code == 404
    assert theirs.post(f"/people/{episode.person_id}/no-answer/").status_code == 404


def test_t05_someone_promoted_meanwhile_may_at_once(client_for, scheme):
    worker = MembershipFactory()
    theirs = client_for(worker)
    assert theirs.get("/team/invite/").status_code == 404

    actions.change_member(membership_id=worker.pk, place=Place(role=SUP), by=MembershipFactory(role=MGR), at=NOW)

    assert theirs.get("/team/invite/").status_code == 200


def test_t05_what_was_begun_in_one_scheme_is_not_finished_in_another(client_for, scheme, other_scheme):
    manager = MembershipFactory(role=MGR)
    with in_scheme(other_scheme):
        MembershipFactory(role=MGR, account=manager.account)
    theirs = client_for(manager)
    theirs.get("/team/practices/add/")
    Membership.objects.filter(pk=manager.pk).update(ended_on=timezone.localdate())  # ended, session still alive

    answer = theirs.post("/team/practices/add/", {"name": "Surgery"})

    assert answer.url == "/more/where/"
    with in_scheme(other_scheme, scheme):
        assert not Practice.objects.exists()


def test_l05_a_leaver_with_a_place_elsewhere_must_sign_in_again(client_for, scheme, other_scheme):
    worker = MembershipFactory()
    with in_scheme(other_scheme):
        MembershipFactory(account=worker.account)
    theirs = client_for(worker)

    end(worker, MembershipFactory(role=MGR))

    assert theirs.get("/more/").url.startswith("/account/login/")


# --- A02: nobody gives themself what they may not have ---


def test_a02_an_administrator_cannot_reach_a_record_by_any_form_of_the_team_pages(client_for, scheme):
    admin, editor = MembershipFactory(role=ADM), MembershipFactory(role=DIR)
    theirs = client_for(admin)

    theirs.post("/team/invite/", {"email": admin.account.email, "role": LW})
    theirs.post("/team/invite/", {"email": "second-me@example.org", "role": LW})
    theirs.post("/team/invite/", {"email": admin.account.email, "role": MGR})
    theirs.post(f"/team/members/{admin.pk}/", {"role": SUP})
    theirs.post(f"/team/members/{editor.pk}/", {"role": SUP})

    assert not Invitation.objects.exists()
    assert set(Membership.objects.of_scheme(scheme.pk).values_list("role", flat=True)) == {ADM, DIR}


@pytest.mark.parametrize("role", [MGR, ADM, SUP])
def test_a02_nobody_raises_themself(client_for, scheme, role):
    member = MembershipFactory(role=role)
    MembershipFactory(role=MGR)
    theirs = client_for(member)

    for target in (LW, SUP, MGR, ADM, IG):
        theirs.post(f"/team/members/{member.pk}/", {"role": target})
        theirs.post("/team/invite/", {"email": member.account.email.upper(), "role": target})

    assert not Invitation.objects.exists()
    assert list(member.account.memberships.values_list("role", "ended_on")) == [(role, None)]


def test_a02_a_role_in_a_form_that_was_never_offered_is_refused(client_for, scheme):
    lead = client_for(MembershipFactory(role=SUP))

    for role in (SUP, MGR, ADM, "PAT", "VOA", "API", "XXX", ""):
        lead.post("/team/invite/", {"email": NEW, "role": role})

    assert not Invitation.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE common_auditevent SET role = 'LW'", "DELETE FROM common_auditevent"])
def test_a02_the_trail_of_a_grant_cannot_be_changed_or_removed(scheme, statement):
    invited(MembershipFactory(role=MGR))
    before = AuditEvent.objects.count()

    with pytest.raises(Exception, match="permission denied|append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)

    assert AuditEvent.objects.count() == before > 0


def test_a02_every_grant_change_and_end_names_who_did_it(scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory()
    made = invited(manager)
    actions.withdraw_invitation(invitation_id=made.invitation.pk, by=manager, at=NOW)
    demote(worker, manager)

    by = AuditEvent.objects.filter(membership_id=manager.pk).values_list("event", flat=True)

    assert {"invitation.sent", "invitation.withdrawn", "member.moved"} <= set(by)


# --- K06: invitations ---


def test_k06_two_who_press_at_once_make_one_account(cloned_database):
    home = SchemeFactory()
    with in_scheme(home):
        secret = secret_of(invited(MembershipFactory(role=MGR)))
    gate, results = threading.Barrier(2), []

    def press():
        gate.wait()
        try:
            actions.redeem_invitation(secret=secret, password=PASSWORD, name="Ada", at=NOW)
            results.append("joined")
        except (errors.InvitationOver, errors.InvitedAddressHasAccount):
            results.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(results) == ["joined", "late"]
    assert Account.objects.filter(email=NEW).count() == Membership.objects.filter(account__email=NEW).count() == 1


def test_k06_an_invitation_sent_by_someone_who_lost_the_right_is_worth_nothing(scheme):
    manager, lead = MembershipFactory(role=MGR), MembershipFactory(role=SUP)
    for change in (demote, end):
        sender = lead if change is demote else MembershipFactory(role=SUP)
        made = invited(sender, email=f"{change.__name__}@example.org")
        change(sender, manager)

        with pytest.raises(errors.InvitationOver):
            actions.redeem_invitation(secret=secret_of(made), password=PASSWORD, name="Ada", at=NOW)


def test_k06_an_invitation_opens_its_own_scheme_alone(scheme, foreign_scheme):
    with in_scheme(foreign_scheme):
        made = invited(MembershipFactory(role=MGR))
    account = AccountFactory(email=NEW)

    joined = actions.accept_invitation(secret=secret_of(made), account=account, at=NOW)

    assert joined.membership.scheme == foreign_scheme
    assert list(account.memberships.values_list("scheme_id", flat=True)) == [foreign_scheme.pk]


def test_k06_the_database_refuses_an_invitation_or_place_that_names_another_schemes_practice(scheme, foreign_scheme):
    from tests.factories import PracticeFactory

    with in_scheme(foreign_scheme):
        theirs, inviter = PracticeFactory(), MembershipFactory(role=MGR)
    rows = [
        lambda: MembershipFactory(role="REF", practice=theirs),
        lambda: Invitation.objects.create(
            scheme=scheme, email=NEW, role="REF", practice_id=theirs.pk, created_at=NOW, expires_at=NOW
        ),
        lambda: Invitation.objects.create(
            scheme=scheme, email=NEW, role=LW, invited_by=inviter, created_at=NOW, expires_at=NOW
        ),
    ]
    for make in rows:
        with pytest.raises(Exception, match="violates foreign key"), transaction.atomic():
            make()
            connection.check_constraints()


def test_a06_no_page_makes_a_scheme_or_a_first_manager(client, client_for, scheme):
    from linkwell.web.checks import routes

    assert [name for _pattern, name, _view in routes() if "scheme" in name] == ["team:scheme"]
    with scope(scheme_ids=[scheme.pk], scheme_id=scheme.pk):
        assert client.get("/team/scheme/").status_code == 302
        assert client_for(MembershipFactory(role=LW)).get("/team/scheme/").status_code == 404
