"""DI8, DI10, DI11, DI17, DI18, D06, D07, D10: an entry changed by hand, and changes that wait for a person."""

from datetime import time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from linkwell.directory import actions
from linkwell.directory.editing import entry, fields, history, keeping, moderation, queries, remarks
from linkwell.directory.errors import ChangeRefused, NoSuchChange, NoSuchService
from linkwell.directory.models import (
    ChangeRequest,
    EntryEvent,
    FieldSource,
    InternalRemark,
    Schedule,
)
from linkwell.directory.queries import remarks as shown_remarks
from linkwell.messages.models import Message
from linkwell.team.access import LW, SUP
from tests.directory.conftest import NOW, TODAY, imported, suggest, taken
from tests.factories import MembershipFactory, OrganisationFactory, ServiceFactory


def test_DI8_what_a_group_suggests_shows_nowhere_until_somebody_takes_it(account, editor, shed):
    which = suggest(account, shed, name="Sale Men's Shed", times="Tuesday 2pm to 4pm", what_to_bring="")
    shed.refresh_from_db()
    assert shed.name == "Men's Shed" and not shed.schedules.exists()
    waiting = queries.waiting_changes()
    assert (waiting.count, waiting.rows[0].what) == (1, ("Name", "Days and times"))
    taken(which, editor)
    shed.refresh_from_db()
    assert (shed.name, shed.times_text) == ("Sale Men's Shed", "Tuesdays 2pm to 4pm")
    assert shed.slots and Schedule.objects.get(service=shed).opens_at == time(14)
    assert queries.count_waiting() == 0
    events = {event.field: (event.was, event.now, event.origin) for event in EntryEvent.objects.filter(service=shed)}
    assert events["name"] == ("Men's Shed", "Sale Men's Shed", "organisation")


def test_DI8_taken_fields_are_a_hands_so_that_imports_leave_them(account, editor, shed):
    taken(suggest(account, shed, times="Monday 9am", url="https://shed.example"), editor)
    hands = set(FieldSource.objects.filter(service=shed).values_list("field", flat=True))
    assert hands == {"url", "slots", "times_text", "schedules"}


def test_DI8_words_may_be_edited_before_they_are_taken_and_the_group_sees_what_was_taken(account, editor, shed):
    taken(suggest(account, shed, name="SHED!!!"), editor, edited={"name": "The Shed"})
    shed.refresh_from_db()
    assert shed.name == "The Shed"
    assert queries.my_suggestions(viewer=account)[0].taken_as == "The Shed"


def test_DI8_a_refusal_has_a_reason_and_the_group_hears_by_mail_without_it(account, editor, shed):
    which = suggest(account, shed, name="Shed")
    with pytest.raises(ChangeRefused, match="Say why"):
        moderation.refuse_changes(submission=which, why=" ", by=editor, at=NOW)
    moderation.refuse_changes(submission=which, why="The council lists you as Men's Shed", by=editor, at=NOW)
    assert queries.my_suggestions(viewer=account)[0].why.startswith("The council")
    mail = Message.objects.get(template="change_answered")
    assert (mail.recipient_kind, mail.recipient_id, mail.words) == ("member", account.pk, {})


def test_DI8_two_who_decide_at_once_the_second_comes_too_late(account, editor, shed):
    which = suggest(account, shed, name="Shed")
    taken(which, editor)
    with pytest.raises(NoSuchChange):
        moderation.refuse_changes(submission=which, why="No", by=editor, at=NOW)


def test_DI8_whoever_decides_locks_the_entry_before_its_changes_as_whoever_suggests_does(account, editor, shed):
    which = suggest(account, shed, what_to_bring="A hat")
    with CaptureQueriesContext(connection) as asked:
        taken(which, editor)
    locked = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    assert ['FROM "directory_service"' in sql for sql in locked[:2]] == [True, False]
    assert 'FROM "directory_changerequest"' in locked[1]


def test_DI8_a_stale_suggestion_shows_all_three_and_a_change_while_one_looks_is_not_lost(account, editor, shed):
    which = suggest(account, shed, name="The Shed of Sale")
    keeping.edit_entry(service_id=shed.pk, fields={"name": "Sale Shed"}, by=editor, at=NOW)
    found = queries.submission(which)
    change = found.changes[0]
    assert found.is_stale and (change.was, change.now) == ("Men's Shed", "Sale Shed")
    keeping.edit_entry(service_id=shed.pk, fields={"name": "Shed of Sale"}, by=editor, at=NOW)
    with pytest.raises(ChangeRefused, match="while you looked"):
        moderation.take_changes(
            submission=which, words={change.pk: change.suggested}, seen={change.pk: change.seal}, by=editor, at=NOW
        )
    shed.refresh_from_db()
    assert shed.name == "Shed of Sale"


def test_DI8_some_fields_of_a_submission_may_be_left_out(account, editor, shed):
    which = suggest(account, shed, name="Shed", alert="Closed over Easter")
    name, alert = queries.submission(which).changes
    moderation.take_changes(
        submission=which, words={alert.pk: alert.suggested}, seen={alert.pk: alert.seal}, by=editor, at=NOW
    )
    shed.refresh_from_db()
    assert (shed.name, shed.alert) == ("Men's Shed", "Closed over Easter")
    assert ChangeRequest.objects.get(pk=name.pk).state == "refused"


def test_DI8_a_group_changes_its_own_entries_alone(account, shed):
    other = ServiceFactory(name="Another", organisation=OrganisationFactory(name="Others"))
    nobodys = ServiceFactory(name="Nobody's", organisation=None)
    for service in (other, nobodys):
        with pytest.raises(NoSuchService):
            suggest(account, service, name="Ours now")
        with pytest.raises(NoSuchService):
            keeping.set_capacity(service_id=service.pk, free=3, total=5, by=account, at=NOW)
        with pytest.raises(NoSuchService):
            queries.own_service(service.pk, viewer=account)
    assert queries.own_services(viewer=account) == [shed.pk]


def test_DI8_newer_words_of_a_group_take_the_place_of_its_older_ones(account, shed):
    suggest(account, shed, name="One")
    suggest(account, shed, name="Two")
    assert [row.suggested for row in ChangeRequest.objects.filter(state="waiting")] == ["Two"]


def test_a_suggestion_that_changes_nothing_is_refused(account, shed):
    with pytest.raises(ChangeRefused, match="Nothing differs"):
        suggest(account, shed, name=" Men's  Shed ")


def test_the_public_may_suggest_words_and_too_many_are_stopped(shed, monkeypatch):
    monkeypatch.setattr(moderation, "MOST_WAITING", 2)
    for words in ("It moved", "It is on Mondays"):
        moderation.suggest_changes(service_id=shed.pk, fields={"note": words}, origin="public", by=None, at=NOW)
    with pytest.raises(ChangeRefused, match="wait already"):
        moderation.suggest_changes(service_id=shed.pk, fields={"note": "Again"}, origin="public", by=None, at=NOW)


def test_D10_an_address_for_referrals_is_asked_for_and_never_taken_by_a_click(account, editor, shed, group):
    was = group.referral_email
    which = suggest(account, shed, referral_email="new@shed.example", name="Shed")
    address = ChangeRequest.objects.get(field="referral_email")
    assert address.submission != which, "the rest is decided without it"
    with pytest.raises(ChangeRefused, match="rings the group"):
        moderation.take_changes(submission=address.submission, words={address.pk: "x"}, seen={}, by=editor, at=NOW)
    group.refresh_from_db()
    assert group.referral_email == was
    assert queries.asked_address(group.pk).email == "new@shed.example"
    worker = MembershipFactory(role=LW)
    actions.set_referral_email(
        organisation_id=group.pk, email="new@shed.example", how="Rang 0161 496 0000", by=worker, at=NOW
    )
    moderation.settle_address(organisation_id=group.pk, email="new@shed.example", by=worker, at=NOW)
    assert queries.asked_address(group.pk) is None


def test_D10_no_field_of_an_entry_reaches_the_address_that_receives_details(editor, shed, group):
    every = {name: "" for name in fields.FIELDS if name not in ("name", "organisation_name")}
    keeping.edit_entry(service_id=shed.pk, fields={**every, "email": "public@shed.example"}, by=editor, at=NOW)
    before = (group.referral_email, group.referral_email_verified_at)
    group.refresh_from_db()
    assert (group.referral_email, group.referral_email_verified_at) == before


# --- by hand ---


def test_DI10_every_field_can_be_written_by_hand_and_read_again(editor, shed):
    given = {
        "name": "The Shed", "alternate_name": "Shed", "description": "Make things.\n\nTalk.", "alert": "Mind the step",
        "times": "Tuesday 14:00 to 16:00, every week\nFriday 10:00, every second week", "modes": "in person\nonline",
        "places": "Name: Hall\nAddress: 1 High Street\nTown: Sale\nPostcode: M33 7WR", "area_text": "Sale",
        "how_to_join": "Knock", "entry_routes": "Just turn up", "what_to_bring": "Nothing", "first_visit": "Tea",
        "who_greets": "Jo at the door", "costs": "Adults: £3.50 (a session)", "eligibility_text": "Men",
        "minimum_age": "18", "maximum_age": "99", "languages": "English\nPolish", "access_yes": "step-free",
        "access_no": "hearing loop", "phones": "0161 496 0000 (office)", "email": "hello@shed.example",
        "url": "https://shed.example", "organisation_name": "Sale Shed CIO", "organisation_about": "A charity",
        "organisation_website": "https://shed.example/us", "needs": "Loneliness and isolation",
    }  # fmt: skip
    needs = fields.FIELDS["needs"].codes
    given["needs"] = needs["loneliness"]
    assert set(given) | {"times_text"} == set(fields.FIELDS)
    changed = keeping.edit_entry(service_id=shed.pk, fields=given, by=editor, at=NOW)
    assert set(changed) == set(given)
    stands = queries.texts(shed.pk)
    assert {name: stands[name] for name in given} == given
    assert stands["times_text"] == "Tuesdays 2pm to 4pm; Every other Friday from 10am"
    assert not keeping.edit_entry(service_id=shed.pk, fields=given, by=editor, at=NOW), "nothing differs now"
    shed.refresh_from_db()
    assert shed.is_free is False and shed.strong_needs == ["loneliness"]


def test_an_own_entry_is_public_at_once_and_of_this_directory(editor):
    made = keeping.begin_entry(
        fields={"name": "Tea at Ten", "times": "Monday 10am"}, owner=keeping.Owner(name="Tea CIC", kind="voluntary"),
        by=editor, at=NOW,
    )  # fmt: skip
    assert (made.source.name, made.source.is_approved, made.organisation.name) == ("This directory", True, "Tea CIC")
    assert [event.kind for event in EntryEvent.objects.filter(service=made).order_by("pk")][0] == "begun"


def test_an_ended_entry_leaves_search_with_a_day_and_a_reason_and_comes_back(editor, shed):
    with pytest.raises(ChangeRefused, match="Say why"):
        keeping.end_entry(service_id=shed.pk, on=TODAY, why="", by=editor, at=NOW)
    with pytest.raises(ChangeRefused, match="lie ahead"):
        keeping.end_entry(service_id=shed.pk, on=TODAY + timedelta(1), why="Over", by=editor, at=NOW)
    keeping.end_entry(service_id=shed.pk, on=TODAY, why="The hall was sold", by=editor, at=NOW)
    shed.refresh_from_db()
    assert (shed.listing, shed.ended_on, shed.ended_why) == ("defunct", TODAY, "The hall was sold")
    assert FieldSource.objects.filter(service=shed, field="listing").exists(), "an import would bring it back"
    keeping.bring_back(service_id=shed.pk, why="A new hall", by=editor, at=NOW)
    shed.refresh_from_db()
    assert (shed.listing, shed.ended_on) == ("listed", None)
    assert [one.what for one in queries.versions(shed.pk, scheme_id=editor.scheme_id)] == ["Brought back", "Ended"]


def test_the_history_of_an_entry_cannot_be_changed_or_removed(editor, shed):
    keeping.edit_entry(service_id=shed.pk, fields={"name": "Shed"}, by=editor, at=NOW)
    for act in (lambda rows: rows.update(now="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(EntryEvent.objects.filter(service=shed))


# --- places free ---


def test_DI11_places_free_take_effect_at_once_and_none_is_full(account, shed):
    keeping.set_capacity(service_id=shed.pk, free=0, total=12, by=account, at=NOW)
    shed.refresh_from_db()
    assert shed.operating == "full" and queries.places_free([shed.pk])[shed.pk].total == 12
    keeping.set_capacity(service_id=shed.pk, free=2, total=12, by=account, at=NOW)
    shed.refresh_from_db()
    assert shed.operating == "open"
    for free, total in ((5, 3), (None, 3), (-1, 3)):
        with pytest.raises(ChangeRefused):
            keeping.set_capacity(service_id=shed.pk, free=free, total=total, by=account, at=NOW)


# --- papers and remarks ---


def test_DI18_the_newest_look_at_each_paper_counts_and_one_past_its_day_is_on_the_list(editor, group, shed):
    def look(kind, days_ago, until=None):
        keeping.record_check(
            organisation_id=group.pk, kind=kind, checked_on=TODAY - timedelta(days_ago), valid_until=until, by=editor,
            at=NOW,
        )  # fmt: skip

    look("insurance", 400, TODAY - timedelta(35))
    look("dbs", 10)
    past = queries.run_out_checks(on=TODAY)
    assert [(one.kind, one.service_id) for one in past] == [("Insurance", shed.pk)]
    look("insurance", 0, TODAY + timedelta(365))
    assert not queries.run_out_checks(on=TODAY)
    seen = queries.checks(group.pk, scheme_id=editor.scheme_id, on=TODAY)
    assert [(one.kind, one.is_past) for one in seen] == [("Insurance", False), ("DBS checks of their people", False)]
    with pytest.raises(ChangeRefused, match="lie ahead"):
        look("dbs", -1)


def test_DI15_a_remark_is_changed_by_its_writer_and_withdrawn_by_them_or_a_team_lead(scheme, shed):
    writer, colleague, lead = (MembershipFactory(role=role) for role in (LW, LW, SUP))
    first = actions.add_remark(service_id=shed.pk, text="Ask for Jo", by=writer, at=NOW)
    from linkwell.common.errors import NotVisible

    for someone in (colleague, lead):
        with pytest.raises(NotVisible):
            remarks.edit_remark(remark_id=first.pk, text="Ask for Al", by=someone, at=NOW)
    second = remarks.edit_remark(remark_id=first.pk, text="Ask for Al", by=writer, at=NOW)
    assert [one.text for one in shown_remarks(shed.pk, scheme_id=scheme.pk)] == ["Ask for Al"]
    with pytest.raises(NotVisible):
        remarks.withdraw_remark(remark_id=second.pk, by=colleague, at=NOW)
    remarks.withdraw_remark(remark_id=second.pk, by=lead, at=NOW)
    assert shown_remarks(shed.pk, scheme_id=scheme.pk) == []
    assert InternalRemark.objects.count() == 2, "what was written is kept"


def test_the_marks_of_an_entry_cover_every_field():
    assert set(entry.DECIDES) | set(entry.OF_ORGANISATION) == set(fields.FIELDS)
    assert history.TELLS_PLACE <= set(fields.FIELDS)
    assert {one.group for one in fields.FIELDS.values()} == set(fields.GROUPS)


# --- imports afterwards ---


def test_DI8_an_import_leaves_rows_that_a_hand_wrote(editor):
    service = imported()
    given = {"times": "Friday 11:00 to 12:00, every week", "phones": "0161 496 0000", "name": "Our House"}
    keeping.edit_entry(service_id=service.pk, fields=given, by=editor, at=NOW)
    keeping.set_capacity(service_id=service.pk, free=2, total=9, by=editor, at=NOW)
    again = imported(description="New words", capacities=[{"available": 7}])
    stands = queries.texts(service.pk)
    assert {name: stands[name] for name in given} == given
    assert (again.description_text, again.times_text) == ("New words", "Fridays 11am to noon")
    assert queries.places_free([service.pk])[service.pk].free == 2


def test_an_ended_entry_stays_ended_when_its_list_holds_it_still(editor):
    service = imported()
    keeping.end_entry(service_id=service.pk, on=TODAY, why="It burnt down", by=editor, at=NOW)
    assert imported(description="New words").listing == "defunct"
