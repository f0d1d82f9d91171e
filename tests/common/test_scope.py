"""A scope lasts for one transaction, and names all that may be seen."""

import psycopg
import pytest
from django.db import connection, transaction

from linkwell.common.scope import reporting, scope
from linkwell.people.models import Person
from tests.factories import PersonFactory, in_scheme


def settings_now():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('linkwell.scheme_ids', true), current_setting('linkwell.scheme_id', true)"
        )
        return tuple(value or "" for value in cursor.fetchone())


@pytest.mark.django_db
def test_a_scope_of_no_scheme_sees_nothing(scheme):
    PersonFactory()
    with scope(scheme_ids=[], scheme_id=None):
        assert not Person.objects.exists()


def test_a_scope_ends_with_its_transaction_and_leaves_nothing_on_the_connection(cloned_database, scheme):
    with in_scheme(scheme):
        PersonFactory()
        assert settings_now() == (str(scheme.pk), str(scheme.pk))
    with transaction.atomic(), connection.cursor() as cursor:
        assert settings_now() == ("", "")
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_reports_are_read_by_the_role_that_sees_no_table():
    with reporting(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege('people_person', 'SELECT')")
        assert cursor.fetchone() == ("linkwell_report", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("linkwell_app",)


def test_a_row_never_moves_to_another_scheme_not_even_by_the_owners_hand(cloned_database, scheme, other_scheme):
    with in_scheme(scheme):
        person = PersonFactory()
    with psycopg.connect(cloned_database.owner_url) as owner:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="cannot move to another scheme"):
            owner.execute("UPDATE people_person SET scheme_id = %s WHERE id = %s", [other_scheme.pk, person.pk])
