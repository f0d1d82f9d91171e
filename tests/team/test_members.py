"""Changing and ending a place. Features: SE4; abuse: A02, L05, T05."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.referrals.models import Allocation
from linkwell.team import actions, errors
from linkwell.team.access import ADM, COM, DIR, IG, LW, MGR, REF, SUP
from linkwell.team.models import Membership
from linkwell.team.queries import member, members, seat_of, seats
from linkwell.team.rules import Place
from tests.factories import AccountFactory, EpisodeFactory, MembershipFactory, PracticeFactory, in_scheme

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def change(whom, by, at=NOW, **place):
    return actions.change_member(membership_id=whom.pk, place=Place(**{"role": whom.role, **place}), by=by, at=at)


def end(whom, by, on=TODAY, at=NOW):
    return actions.end_membership(membership_id=whom.pk, on=on, by=by, at=at)


def test_hours_and_triage_change_in_place(scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory()

    changed = change(worker, manager, hours_per_week=Decimal("18.5"), may_triage=True, languages=("pl",))

    assert changed.pk == worker.pk and changed.ended_on is None
    assert (changed.hours_per_week, changed.may_triage, changed.languages) == (Decimal("18.5"), True, ["pl"])
    assert AuditEvent.objects.filter(event="member.changed", membership_id=manager.pk, object_id=worker.pk).exists()


def test_another_role_ends_the_old_place_and_begins_a_new_one(scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory(may_triage=True)

    changed = change(worker, manager, role=COM)

    worker.refresh_from_db()
    assert worker.ended_on == TODAY and changed.pk != worker.pk
    assert (changed.role, changed.account, changed.may_triage, changed.hours_per_week) == (
        COM,
        worker.account,
        False,
        None,
    )


def test_a_referrer_moves_to_another_practice(scheme):
    manager, referrer, elsewhere = MembershipFactory(role=MGR), MembershipFactory(role=REF), PracticeFactory()

    assert change(referrer, manager, practice_id=elsewhere.pk).practice == elsewhere
    referrer.refresh_from_db()
    assert referrer.ended_on == TODAY


@pytest.mark.parametrize("role", [SUP, LW, COM, REF, DIR, IG])
def test_only_managers_and_administrators_change_or_end_a_place(scheme, role):
    by, worker = MembershipFactory(role=role), MembershipFactory(role=COM)

    for act in (change, end):
        with pytest.raises(errors.NotYoursToGive):
            act(worker, by)


@pytest.mark.parametrize(("was", "now"), [(COM, LW), (COM, SUP), (LW, COM), (SUP, SUP)])
def test_a02_an_administrator_moves_nobody_into_or_out_of_a_role_that_opens_records(scheme, was, now):
    admin, other = MembershipFactory(role=ADM), MembershipFactory(role=was)

    with pytest.raises(errors.NotYoursToGive):
        change(other, admin, role=now)

    assert Membership.objects.get(pk=other.pk).ended_on is None


@pytest.mark.parametrize("role", [MGR, ADM])
def test_a02_nobody_changes_or_ends_any_place_of_their_own(scheme, role):
    account = AccountFactory()
    own, also_own = MembershipFactory(role=role, account=account), MembershipFactory(role=DIR, account=account)
    MembershipFactory(role=MGR)

    for place in (own, also_own):
        with pytest.raises(errors.NotYourself):
            change(place, own, role=COM)
        with pytest.raises(errors.NotYourself):
            end(place, own)


def test_the_last_manager_stays(scheme):
    manager, admin = MembershipFactory(role=MGR), MembershipFactory(role=ADM)

    with pytest.raises(errors.LastManager):
        end(manager, admin)
    with pytest.raises(errors.LastManager):
        change(manager, admin, role=COM)

    MembershipFactory(role=MGR)
    assert end(manager, admin).ended_on == TODAY


def test_a_manager_who_leaves_next_week_does_not_count_as_the_one_who_stays(scheme):
    one, two, admin = MembershipFactory(role=MGR), MembershipFactory(role=MGR), MembershipFactory(role=ADM)
    end(one, admin, on=TODAY + timedelta(days=7))

    with pytest.raises(errors.LastManager):
        end(two, admin)


def test_a_member_of_another_scheme_is_not_there(scheme, other_scheme):
    with in_scheme(other_scheme):
        theirs = MembershipFactory()

    for act in (change, end):
        with pytest.raises(NotVisible):
            act(theirs, MembershipFactory(role=MGR))


def test_l05_a_leaver_is_out_at_once_with_every_session_and_every_open_invitation(scheme):
    manager, lead = MembershipFactory(role=MGR), MembershipFactory(role=SUP)
    before = lead.account.get_session_auth_hash()
    sent = actions.ask_to_invite(email="new@example.org", name="", place=Place(role=LW), by=lead, at=NOW).invitation

    end(lead, manager)

    lead.account.refresh_from_db()
    sent.refresh_from_db()
    assert seat_of(lead.account_id, chosen=lead.pk, on=TODAY) is None
    assert lead.account.get_session_auth_hash() != before
    assert sent.withdrawn_at is not None


def test_a_leaver_of_next_week_works_until_then(scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory()
    last = TODAY + timedelta(days=7)

    end(worker, manager, on=last)

    assert seat_of(worker.account_id, chosen=None, on=last - timedelta(days=1)).membership == worker
    assert seat_of(worker.account_id, chosen=None, on=last) is None


def test_a_place_ends_today_or_later_and_once(scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory()

    with pytest.raises(errors.DayInThePast):
        end(worker, manager, on=TODAY - timedelta(days=1))
    end(worker, manager)
    with pytest.raises(errors.HasLeft):
        end(worker, manager)
    with pytest.raises(errors.HasLeft):
        change(worker, manager)


def test_someone_who_joined_today_by_mistake_can_leave_today(scheme):
    worker = MembershipFactory(began_on=TODAY)

    assert end(worker, MembershipFactory(role=MGR)).ended_on == TODAY


def test_a_leavers_people_keep_their_allocation_on_record(scheme):
    episode = EpisodeFactory()

    end(episode.link_worker, MembershipFactory(role=MGR))

    assert Allocation.objects.get(referral=episode.referral).ended_at is None


def test_the_database_keeps_one_current_place_of_a_kind(scheme):
    there = MembershipFactory(role=LW)

    with pytest.raises(IntegrityError, match="one_current_place_of_a_kind"), transaction.atomic():
        MembershipFactory(role=LW, account=there.account)


def test_a_member_can_hold_two_different_places_but_not_the_same_twice(scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory()
    lead = MembershipFactory(role=SUP, account=worker.account)

    with pytest.raises(errors.AlreadyMember):
        change(worker, manager, role=SUP)
    assert lead.ended_on is None


# --- where a session sits ---


def test_with_one_place_an_account_sits_there(scheme):
    worker = MembershipFactory()

    assert seat_of(worker.account_id, chosen=None, on=TODAY).membership == worker


def test_with_several_places_an_account_sits_nowhere_until_it_chooses(scheme, other_scheme):
    worker = MembershipFactory()
    with in_scheme(other_scheme):
        theirs = MembershipFactory(account=worker.account)

    assert seat_of(worker.account_id, chosen=None, on=TODAY) is None
    assert [choice.membership_id for choice in seats(worker.account_id, on=TODAY)] == [worker.pk, theirs.pk]
    seat = seat_of(worker.account_id, chosen=theirs.pk, on=TODAY)
    assert seat.membership == theirs and set(seat.scheme_ids) == {scheme.pk, other_scheme.pk}


def test_ta10_a_seat_reads_other_schemes_of_its_host_in_the_same_role_only(scheme, other_scheme, foreign_scheme):
    account = AccountFactory()
    here = MembershipFactory(account=account, role=LW)
    with in_scheme(other_scheme):
        MembershipFactory(account=account, role=MGR)
    with in_scheme(foreign_scheme):
        MembershipFactory(account=account, role=LW)

    assert seat_of(account.pk, chosen=here.pk, on=TODAY).scheme_ids == (scheme.pk,)


def test_t05_after_a_role_change_the_session_follows_within_the_scheme(scheme, other_scheme):
    manager, worker = MembershipFactory(role=MGR), MembershipFactory()
    with in_scheme(other_scheme):
        MembershipFactory(account=worker.account)

    moved = change(worker, manager, role=DIR)

    assert seat_of(worker.account_id, chosen=worker.pk, on=TODAY).membership == moved


def test_t05_a_session_whose_place_ended_never_slides_into_another_scheme(scheme, other_scheme):
    worker = MembershipFactory()
    with in_scheme(other_scheme):
        MembershipFactory(account=worker.account)

    end(worker, MembershipFactory(role=MGR))

    assert seat_of(worker.account_id, chosen=worker.pk, on=TODAY) is None


def test_a_place_of_somebody_else_cannot_be_chosen(scheme):
    mine, theirs = MembershipFactory(), MembershipFactory(role=MGR)

    assert seat_of(mine.account_id, chosen=theirs.pk, on=TODAY) is None


def test_a_suspended_account_sits_nowhere(scheme):
    worker = MembershipFactory(account__is_active=False)

    assert seat_of(worker.account_id, chosen=worker.pk, on=TODAY) is None


def test_members_are_listed_by_role_and_name_with_the_schemes_own_word(scheme):
    scheme.role_name = "community connector"
    scheme.save()
    manager = MembershipFactory(role=MGR, account__name="Mo")
    MembershipFactory(account__name="Zed")
    MembershipFactory(account__name="Asha")
    MembershipFactory(ended_on=TODAY, account__name="Gone")

    listed = members(viewer=manager, on=TODAY)

    assert [row.name for row in listed] == ["Mo", "Asha", "Zed"]
    assert listed[1].role_name == "Community connector"
    assert member(listed[1].pk, viewer=manager, on=TODAY) == listed[1]
