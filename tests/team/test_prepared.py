"""A statement put together once answers each call for its own values."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linkwell.common.scope import NoScope
from linkwell.support.models import Episode
from linkwell.team.models import Membership
from linkwell.team.prepared import Prepared
from tests.factories import EpisodeFactory, SchemeFactory, in_scheme

NOW = timezone.now()


def by_scheme() -> Prepared:
    def build(shape, *, scheme_id, since):
        rows = Episode.objects.filter(scheme_id=scheme_id, opened_at__gte=since)
        return rows.order_by("pk" if shape == "first" else "-pk").values_list("pk")

    return Prepared(build)


def test_each_call_is_answered_for_its_own_values_and_shape(db):
    ask, wide = by_scheme(), NOW - timedelta(days=9000)
    here, there = SchemeFactory(), SchemeFactory()
    with in_scheme(here):
        one, two = EpisodeFactory(opened_at=NOW), EpisodeFactory(opened_at=NOW - timedelta(days=3))
    with in_scheme(there):
        other = EpisodeFactory(opened_at=NOW)

    for _ in range(7):  # past the number of runs after which the server keeps one plan for all values
        with in_scheme(here, there):
            assert ask(shape="first", scheme_id=here.pk, since=wide) == [(one.pk,), (two.pk,)]
            assert ask(shape="last", scheme_id=here.pk, since=wide) == [(two.pk,), (one.pk,)]
            assert ask(shape="first", scheme_id=here.pk, since=NOW - timedelta(days=1)) == [(one.pk,)]
            assert ask(shape="first", scheme_id=there.pk, since=wide) == [(other.pk,)]


def test_a_kept_plan_stays_behind_the_walls_of_the_scheme_in_force(db):
    ask, wide = by_scheme(), NOW - timedelta(days=9000)
    here, there = SchemeFactory(), SchemeFactory()
    with in_scheme(here):
        mine = EpisodeFactory(opened_at=NOW)
        for _ in range(7):
            assert ask(shape="first", scheme_id=here.pk, since=wide) == [(mine.pk,)]

    with in_scheme(there):
        assert ask(shape="first", scheme_id=here.pk, since=wide) == []


def test_without_a_scope_nothing_is_asked(db):
    with pytest.raises(NoScope):
        by_scheme()(shape="first", scheme_id=1, since=NOW)


def test_without_a_scope_nothing_is_asked_of_a_statement_that_was_put_together_before(scheme):
    ask = by_scheme()
    ask(shape="first", scheme_id=scheme.pk, since=NOW)
    from linkwell.common import scope

    token = scope._current.set(None)
    try:
        with pytest.raises(NoScope):
            ask(shape="first", scheme_id=scheme.pk, since=NOW)
    finally:
        scope._current.reset(token)


def test_a_value_that_became_part_of_the_text_is_refused(scheme):
    ask = Prepared(lambda shape, *, most: Episode.objects.values_list("pk")[:most])

    with pytest.raises(ValueError, match="stands in the text"):
        ask(most=3)


def test_a_value_that_was_reckoned_with_is_refused(scheme):
    ask = Prepared(lambda shape, *, at: Episode.objects.filter(opened_at__gt=at - timedelta(days=1)))

    with pytest.raises(ValueError, match="reckons with a value"):
        ask(at=NOW)


def test_it_gives_models_with_what_belongs_to_them_as_django_does(scheme):
    made = EpisodeFactory(opened_at=NOW)
    rows = Episode.objects.select_related("person", "referral__agency").annotate(twice=F("pk") * 2)
    ask = Prepared(lambda shape, *, episode_id: rows.filter(pk=episode_id))

    found = ask.first(episode_id=made.pk)
    with CaptureQueriesContext(connection) as seen:
        assert found == made
        assert found.person.called == made.person.called
        assert found.referral.agency == made.referral.agency
        assert found.twice == 2 * made.pk
    assert not seen.captured_queries


def test_each_member_is_answered_for_their_own_place(db):
    ask = Prepared(
        lambda shape, *, viewer: Episode.objects.filter(scheme_id=viewer.scheme_id, link_worker=viewer).values_list(
            "pk"
        )
    )
    here, there = SchemeFactory(), SchemeFactory()
    with in_scheme(here):
        one, two = EpisodeFactory(), EpisodeFactory()
    with in_scheme(there):
        other = EpisodeFactory()

    with in_scheme(here, there):
        for episode in (one, two, other) * 4:
            assert ask(viewer=episode.link_worker) == [(episode.pk,)]


def test_what_the_text_does_not_hold_of_a_member_cannot_be_asked(scheme):
    ask = Prepared(lambda shape, *, viewer: Episode.objects.filter(link_worker=viewer, level=viewer.job_title))

    with pytest.raises(Membership.DoesNotExist):
        ask(viewer=EpisodeFactory().link_worker)


def test_what_can_never_fit_is_answered_without_a_statement(scheme):
    ask = Prepared(lambda shape, *, since: Episode.objects.filter(pk__in=[], opened_at__gt=since))

    with CaptureQueriesContext(connection) as seen:
        assert ask(since=NOW) == []
    assert not seen.captured_queries


def test_it_is_counted_among_the_statements_of_a_page(scheme):
    ask = by_scheme()
    with CaptureQueriesContext(connection) as seen:
        for _ in range(7):
            ask(shape="first", scheme_id=scheme.pk, since=NOW)

    assert ["support_episode" in row["sql"] for row in seen.captured_queries] == [True] * 7


def kept_plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("prepares", "more"), [pytest.param(True, 1, marks=pytest.mark.straight), (False, 0)])
def test_a_plan_is_kept_except_where_a_pooler_stands_between(scheme, settings, prepares, more):
    settings.LINKWELL_PREPARES = prepares
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()  # what psycopg knows of them
    before, ask = kept_plans(), by_scheme()
    for days in range(7):
        ask(shape=f"first {prepares}", scheme_id=scheme.pk, since=NOW - timedelta(days=days))

    assert kept_plans() - before == more


def test_columns_come_back_as_django_reads_them(db):
    from linkwell.team.models import Membership
    from tests.factories import MembershipFactory

    member = MembershipFactory(scheme=SchemeFactory(), languages=["en", "pa"])
    ask = Prepared(lambda shape, *, pk: Membership.objects.filter(pk=pk).values_list("languages"), walled=False)

    assert ask(pk=member.pk) == [(["en", "pa"],)]
