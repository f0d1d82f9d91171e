"""The demo scheme in a database, as the product's own queries and pages see it (EV15, UX4)."""

import json
from datetime import datetime, time
from types import SimpleNamespace

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.urls import reverse

from linkwell.common.models import AuditEvent
from linkwell.common.scope import scope
from linkwell.connections.queries import PURPOSE
from linkwell.demo.errors import AlreadyLoaded
from linkwell.demo.generate.calendar import HERE
from linkwell.demo.load import load_demo
from linkwell.demo.signins import demo_account, sign_ins
from linkwell.directory.models import Organisation, Service
from linkwell.messages.models import Message
from linkwell.people.models import AccessFlag, Exclusion, Person, PersonKey
from linkwell.people.queries import same_person
from linkwell.referrals.models import Referral
from linkwell.referrals.queries import people_in_reach
from linkwell.support.models import Task
from linkwell.support.queries import caseload, today
from linkwell.team import tokens
from linkwell.team.models import Account, Membership, Token
from linkwell.team.queries import seat_of, token_scheme
from linkwell.web.frame import NAVIGATION
from tests.demo.conftest import LAST_DAY, SEED
from tests.fixtures import ProductClient

NOW = datetime.combine(LAST_DAY, time(9, 30), tzinfo=HERE)
ROLES = ["REF", "LW", "SUP", "MGR", "COM"]


@pytest.fixture
def inside(loaded):
    """The demo scheme, in force for the test; what the test changes is kept to the end of the module."""
    with scope(scheme_ids=[loaded.scheme_id], scheme_id=loaded.scheme_id):
        yield loaded


@pytest.fixture
def demo(loaded, settings):
    """The product in demo mode."""
    settings.DEMO = True
    return SimpleNamespace(client=ProductClient(), doors=sign_ins(on=LAST_DAY))


def member(name: str) -> Membership:
    return Membership.objects.select_related("account", "scheme").get(account__name=name)


def test_it_is_loaded_by_the_role_that_the_walls_hold_and_the_time_is_told(loaded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("linkwell_app", False)
    print(f"generated in {loaded.result.generated:.1f} s, loaded in {loaded.result.loaded:.1f} s")


def test_every_row_of_the_generator_is_in_the_database(inside, made):
    from django.apps import apps

    shared = {"directory.Source": 1, "directory.Organisation": 1, "places.Outcode": 1, "common.AuditEvent": 9}
    shared["directory.Report"] = 3  # what visitors tell
    shared |= {"team.Account": 2, "team.Membership": 2}  # who keeps the directory, and a group's account
    for table, rows in made.tables.items():
        assert apps.get_model(table)._default_manager.count() == len(rows) + shared.get(table, 0), table


def test_loading_leaves_one_audit_event_of_its_own(inside):
    event = AuditEvent.objects.get(event="demo.loaded")
    assert (event.event, event.membership_id, event.scheme_id) == ("demo.loaded", None, inside.scheme_id)


def test_SE3_some_looks_stand_out_and_most_do_not(inside):
    kinds = list(AccessFlag.objects.values_list("kind", flat=True))
    assert {"hours", "covering", "volume"} <= set(kinds) and len(kinds) < 12
    assert AuditEvent.objects.exclude(membership_id=None).count() > 100


def test_an_imported_directory_stays_as_it_was(inside):
    assert Organisation.objects.filter(name="Imported").exists()


def test_loading_twice_is_refused_with_a_sentence_and_changes_nothing(loaded):
    with pytest.raises(AlreadyLoaded, match="loaded already, and nothing was changed"):
        load_demo(seed=SEED, last_day=LAST_DAY)
    assert Membership.objects.filter(scheme__is_demo=True).count() == 29


def test_the_truth_is_written_beside_the_database(loaded, made):
    written = json.loads((loaded.home / "demo-truth.json").read_text())
    assert written["scales"] == made.truth["scales"]
    assert written["last_day"] == LAST_DAY.isoformat()


def test_health_numbers_are_encrypted_and_found_by_their_keys(inside):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person WHERE health_number ~ '^[0-9]{10}$'")
        assert cursor.fetchone() == (0,)
    person = Person.objects.exclude(health_number="").order_by("-pk").first()
    assert person.health_number.startswith("999")
    assert PersonKey.objects.filter(person=person, kind="number").exists()
    found = same_person(
        scheme_id=inside.scheme_id, given_name=person.given_name, family_name=person.family_name,
        born_on=person.born_on, postcode=person.postcode, number=person.health_number,
    )  # fmt: skip
    assert person.pk in found


def test_every_service_is_searched_by_its_words(inside):
    mine = Service.objects.exclude(external_id="")
    assert not mine.filter(search=None).exists()
    assert mine.extra(where=["search @@ 'lunch'::tsquery"]).count() >= 8


def test_today_of_the_first_link_worker_has_rows_of_each_kind(inside):
    day = today(viewer=member("Asha Patel"), at=NOW)
    kinds = {row.kind for row in day.rows}
    assert {"CALL", "REPLY", "CHANGED", "DUE", "TODO"} <= kinds
    assert any("visit" in row.text for row in day.rows)
    assert 10 <= len(day.rows) <= 40


@pytest.mark.parametrize("name", ["Asha Patel", "Tom Brennan", "Marta Kowalczyk", "Delroy Campbell", "Siân Price"])
def test_each_link_worker_sees_a_caseload(inside, name):
    lines = caseload(viewer=member(name), at=NOW)
    assert 38 <= len(lines) <= 52
    assert all(line.next_step for line in lines)


def test_a_restricted_record_is_for_its_readers_and_an_excluded_person_for_others(inside):
    restricted = Person.objects.get(is_restricted=True)
    for name, sees in (("Asha Patel", True), ("Ruth Okonkwo", True), ("Tom Brennan", False)):
        assert people_in_reach(viewer=member(name), at=NOW).filter(pk=restricted.pk).exists() is sees
    excluded = Exclusion.objects.get()
    assert not people_in_reach(viewer=excluded.membership, at=NOW).filter(pk=excluded.person_id).exists()


def test_the_inbox_is_full_with_something_urgent_and_someone_who_may_be_known(inside):
    waiting = Referral.objects.filter(state="received")
    assert waiting.count() >= 14 and waiting.filter(urgency="urgent").exists()
    names = [(row.person.given_name, row.person.family_name, row.person.born_on) for row in waiting]
    assert len(set(names)) < len(names)


def test_links_to_groups_work_until_their_packets_end(inside):
    mail = Message.objects.filter(template="organisation_referral").order_by("-created_at").first()
    token = Token.objects.get(pk=mail.token_id)
    found = token_scheme(tokens.secret_of(token), purpose=PURPOSE, at=NOW)
    assert found is not None and found.scheme_id == inside.scheme_id


def test_tasks_lead_to_the_connections_that_they_are_about(inside):
    from linkwell.connections.models import Connection

    task = Task.objects.filter(kind="reply", done_at=None).first()
    number = int(task.link.strip("/").split("/")[-1])
    assert Connection.objects.get(pk=number).episode_id == task.episode_id


def test_the_front_door_tells_what_it_is_and_offers_each_role(demo):
    page = demo.client.get("/demo/")
    body = page.content.decode()
    assert page.status_code == 200
    for words in (
        "GP practice",
        "Link worker",
        "Team lead",
        "Scheme manager",
        "Commissioner",
        "Community organisation",
        "Directory editor",
        "Group with an account",
    ):
        assert words in body
    assert reverse("demo_mail:list") in body and "DEMO" in body
    assert "Helen Ashworth" not in body  # she has left


def test_the_front_door_asks_the_database_once(demo, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        demo.client.get("/demo/")


def test_nobody_signed_in_comes_to_the_front_door(demo):
    assert demo.client.get("/", follow=True).redirect_chain[-1][0] == "/demo/"


@pytest.mark.parametrize("role", ROLES)
def test_one_click_signs_in_and_opens_the_first_page_of_the_role(demo, role):
    door = next(row for row in demo.doors if row.role == role)
    page = demo.client.post(f"/demo/as/{door.account_id}/")
    assert page.status_code == 302 and page.url == reverse(NAVIGATION[role][0][0])
    assert demo.client.session[SESSION_KEY] == str(door.account_id)
    assert demo.client.get(page.url).status_code == 200


def test_signing_in_as_someone_else_begins_a_new_session(demo):
    first, second = demo.doors[0], demo.doors[-1]
    demo.client.post(f"/demo/as/{first.account_id}/")
    session = demo.client.session
    session["membership"], before = 1, session.session_key
    session.save()
    demo.client.post(f"/demo/as/{second.account_id}/")
    assert demo.client.session.session_key != before
    assert "membership" not in demo.client.session


def test_looking_at_the_address_signs_nobody_in(demo):
    assert demo.client.get(f"/demo/as/{demo.doors[0].account_id}/").status_code == 405
    assert SESSION_KEY not in demo.client.session


def test_only_demo_accounts_with_a_place_can_be_borrowed(demo):
    colleague = Account.objects.create_user("colleague@wickersea.example", "a long enough password", name="Colleague")
    left = Account.objects.get(name="Helen Ashworth")
    for account_id in (colleague.pk, left.pk, 999_999):
        assert demo.client.post(f"/demo/as/{account_id}/").status_code == 404
        assert demo_account(account_id, on=LAST_DAY) is None
    assert SESSION_KEY not in demo.client.session
    colleague.delete()


def test_a_forged_click_from_another_page_is_refused(demo):
    strict = ProductClient(enforce_csrf_checks=True)
    assert strict.post(f"/demo/as/{demo.doors[0].account_id}/").status_code == 403


def test_outside_demo_mode_there_is_no_front_door(demo, settings):
    settings.DEMO = False
    assert demo.client.get("/demo/").status_code == 404
    assert demo.client.post(f"/demo/as/{demo.doors[0].account_id}/").status_code == 404
    assert SESSION_KEY not in demo.client.session


def test_no_password_fits_a_demo_account(loaded):
    account = Account.objects.get(name="Asha Patel")
    assert not account.has_usable_password() and not account.check_password("")
    assert seat_of(account.pk, chosen=None, on=LAST_DAY) is not None


def test_DI8_the_desk_of_a_directory_editor_has_something_to_decide(inside):
    from linkwell.directory.editing import queries

    found = queries.waiting_changes()
    assert {row.origin for row in found.rows} >= {"The group itself", "A member of the public"}
    assert [one.kind for one in queries.run_out_checks(on=LAST_DAY)] == ["Safeguarding policy"]
