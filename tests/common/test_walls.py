"""The catalogue of the database is the judge: no table lacks its wall, and the walls hold."""

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.common.scope import NoScope, current_scope, scope
from linkwell.people.models import ContactRule, Person
from tests.factories import EpisodeFactory, PersonFactory, in_scheme

pytestmark = pytest.mark.django_db

# Tables that stand outside row-level security, and why each may.
OUTSIDE = {
    "team": {"host", "scheme", "account", "membership", "invitation", "token", "onetimecode", "identity"},
    "places": "postcodes and registers",
    "directory": "public facts, shared by schemes; scheme rows of it are walled",
    "others": ("auth_", "django_", "account_", "mfa_", "procrastinate_", "linkwell_cache"),
}


def rows(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def product_tables():
    """Return {table: model} of our own rooms, many-to-many tables included."""
    models = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("linkwell")]
    return {model._meta.db_table: model for model in models}


def needs_a_wall(model):
    return any(field.column == "scheme_id" for field in model._meta.concrete_fields) and not (
        model._meta.app_label == "team" and model._meta.model_name in OUTSIDE["team"]
    )


def walled():
    return {table: model for table, model in product_tables().items() if needs_a_wall(model)}


def test_every_table_is_walled_or_named_as_standing_outside():
    for table, model in product_tables().items():
        if table in walled():
            continue
        app, name = model._meta.app_label, model._meta.model_name
        outside = name in OUTSIDE["team"] if app == "team" else app in ("places", "directory")
        assert outside, f"{table} has no scheme and is not named as standing outside the walls"


def test_every_table_in_the_database_belongs_to_a_model_or_a_named_package():
    tables = {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    unknown = {name for name in tables - set(product_tables()) if not name.startswith(OUTSIDE["others"])}
    assert unknown == set()


def test_no_public_table_of_the_directory_or_of_places_refers_to_a_person():
    public = [
        m for t, m in product_tables().items() if m._meta.app_label in ("places", "directory") and t not in walled()
    ]
    for model in public:
        pointed_at = {field.related_model._meta.app_label for field in model._meta.concrete_fields if field.is_relation}
        assert pointed_at <= {"directory", "places", "team"}, model._meta.db_table


def test_row_level_security_is_forced_on_every_walled_table():
    forced = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    assert set(walled()) - forced == set()


def test_every_walled_table_has_one_policy_for_each_command_and_no_other():
    found = {}
    for table, command, using, check in rows(
        "SELECT tablename, cmd, coalesce(qual, ''), coalesce(with_check, '')"
        " FROM pg_policies WHERE schemaname = 'public'"
    ):
        found.setdefault(table, {})[command] = (using, check)
    for table in walled():
        policies = found.get(table, {})
        assert set(policies) == {"SELECT", "INSERT", "UPDATE", "DELETE"}, table
        assert "linkwell.scheme_ids" in policies["SELECT"][0], table
        for command in ("INSERT", "UPDATE", "DELETE"):
            text = "".join(policies[command])
            assert "linkwell.scheme_id'" in text and "scheme_ids" not in text, (table, command)


def composite_keys():
    return {
        (table, columns)
        for table, columns in rows(
            """
            SELECT conrelid::regclass::text,
                   (SELECT string_agg(attname, ',' ORDER BY place.n)
                      FROM unnest(conkey) WITH ORDINALITY AS place(number, n)
                      JOIN pg_attribute ON attrelid = conrelid AND attnum = place.number)
              FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) = 2
            """
        )
    }


def test_every_link_between_walled_tables_is_a_composite_key():
    keys = composite_keys()
    inside = {*walled(), "team_membership"}
    for table, model in walled().items():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model._meta.db_table in inside:
                assert (table, f"scheme_id,{field.column}") in keys, f"{table}.{field.column}"


def test_the_app_is_neither_owner_nor_superuser_and_may_not_pass_the_walls():
    ((name, superuser, bypass),) = rows(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert (name, superuser, bypass) == ("linkwell_app", False, False)
    owners = {owner for (owner,) in rows("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")}
    assert name not in owners


APPEND_ONLY = (
    "common_auditevent referrals_referralevent referrals_feedbacktoreferrer support_episodeevent support_contact"
    " support_aboutme support_planversion connections_connectionevent connections_reply outcomes_completion"
    " outcomes_score team_auditseal team_auditcheck"
).split()


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
