"""The catalogue of the database is the judge: no table lacks its wall, and the walls hold."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from linkwell.cli.doctor import walls
from linkwell.cli.doctor.walls import APPEND_ONLY, OUTSIDE, product_tables, walled
from linkwell.common.models import AuditEvent
from linkwell.common.scope import NoScope, current_scope, scope
from linkwell.people.models import ContactRule, Person
from tests.factories import EpisodeFactory, PersonFactory, in_scheme

pytestmark = pytest.mark.django_db


def rows(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_every_table_is_walled_or_named_as_standing_outside():
    for table, model in product_tables().items():
        if table in walled():
            continue
        app, name = model._meta.app_label, model._meta.model_name
        outside = name in OUTSIDE["team"] if app == "team" else app in ("places", "directory")
        assert outside, f"{table} has no scheme and is not named as standing outside the walls"


def test_every_table_in_the_database_belongs_to_a_model_or_a_named_package():
    assert walls.tables_of_nobody() == []


def test_no_public_table_of_the_directory_or_of_places_refers_to_a_person():
    public = [
        m for t, m in product_tables().items() if m._meta.app_label in ("places", "directory") and t not in walled()
    ]
    for model in public:
        pointed_at = {field.related_model._meta.app_label for field in model._meta.concrete_fields if field.is_relation}
        assert pointed_at <= {"directory", "places", "team"}, model._meta.db_table


def test_row_level_security_is_forced_on_every_walled_table():
    assert walls.without_forced_security() == []


def test_every_walled_table_has_one_policy_for_each_command_and_no_other():
    assert walls.with_wrong_policies() == []


def test_every_link_between_walled_tables_is_a_composite_key():
    assert walls.links_across_schemes() == []


def test_every_walled_table_keeps_its_rows_in_their_scheme_and_every_log_is_guarded():
    assert walls.rows_that_could_move() == []
    assert walls.logs_that_could_change() == []


def test_the_app_is_neither_owner_nor_superuser_and_may_not_pass_the_walls():
    ((name, superuser, bypass),) = rows(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (name, superuser, bypass) == ("linkwell_app", False, False)
    owners = {owner for (owner,) in rows("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")}
    assert name not in owners


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_logs_may_only_be_added_to(table, right):
    ((may,),) = rows("SELECT has_table_privilege('linkwell_app', %s, %s)", table, right)
    assert not may


def test_another_schemes_rows_are_unseen_and_cannot_be_made_changed_or_removed(scheme, other_scheme):
    with in_scheme(other_scheme):
        theirs = PersonFactory()
    assert not Person.objects.filter(pk=theirs.pk).exists()
    assert Person.objects.filter(pk=theirs.pk).update(family_name="Changed") == 0
    assert Person.objects.filter(pk=theirs.pk).delete()[0] == 0
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        PersonFactory(scheme=other_scheme)


def test_a_second_scheme_that_may_be_read_may_not_be_changed_and_nothing_moves_there(scheme, other_scheme):
    with in_scheme(other_scheme):
        theirs = PersonFactory()
    mine = PersonFactory()
    with in_scheme(scheme, other_scheme):
        assert Person.objects.filter(pk=theirs.pk).exists()
        assert Person.objects.filter(pk=theirs.pk).update(family_name="Changed") == 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM people_person WHERE id = %s", [theirs.pk])
            assert cursor.rowcount == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Person.objects.filter(pk=mine.pk).update(scheme=other_scheme)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            PersonFactory(scheme=other_scheme)


def test_a_row_cannot_hang_on_a_person_of_another_scheme(scheme, other_scheme):
    with in_scheme(other_scheme):
        theirs = PersonFactory()
    with pytest.raises(IntegrityError, match="in_scheme"), transaction.atomic():
        ContactRule.objects.create(scheme=scheme, person_id=theirs.pk, recorded_at=timezone.now())


def test_an_unset_scope_sees_and_writes_nothing(scheme):
    PersonFactory()
    with transaction.atomic():
        rows("SELECT set_config('linkwell.scheme_ids', '', true), set_config('linkwell.scheme_id', '', true)")
        assert rows("SELECT count(*) FROM people_person") == [(0,)]
        with pytest.raises(DatabaseError), transaction.atomic():
            rows("INSERT INTO common_auditevent (scheme_id, at, event) VALUES (%s, now(), 'x') RETURNING id", scheme.pk)
        transaction.set_rollback(True)


def test_a_scope_hands_back_what_held_before_also_after_an_error(scheme, other_scheme):
    with pytest.raises(ValueError, match="stop"), scope(scheme_ids=[other_scheme.pk], scheme_id=other_scheme.pk):
        raise ValueError("stop")
    assert current_scope().scheme_id == scheme.pk
    assert rows("SELECT current_setting('linkwell.scheme_id')") == [(str(scheme.pk),)]


def test_an_audit_event_cannot_be_changed_or_removed(scheme):
    event = AuditEvent.objects.create(
        scheme_id=scheme.pk, at=timezone.now(), event="test.made", request_id=uuid.uuid4()
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(event="test.changed")
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).delete()


def test_walled_models_raise_without_a_scope():
    with pytest.raises(NoScope):
        Person.objects.count()


def test_the_reporting_role_reads_no_table(scheme):
    EpisodeFactory()
    for table in walled():
        ((may,),) = rows("SELECT has_table_privilege('linkwell_report', %s, 'SELECT')", table)
        assert not may, table
