"""Where the demo scheme is not loaded: beside anything real."""

import pytest

from linkwell.demo import load
from linkwell.demo.errors import AlreadyLoaded, NotADemoDatabase
from linkwell.directory.models import Source
from linkwell.people.models import Person
from linkwell.team.models import Account, Membership, Scheme
from tests.factories import AccountFactory, MembershipFactory, SchemeFactory, in_scheme


@pytest.fixture(autouse=True)
def never_generates(monkeypatch, db):
    """Fail if a refusal comes only after the work."""

    def generate(*_, **__):
        raise AssertionError("it should have refused before")

    monkeypatch.setattr(load, "generate", generate)


def test_a_database_with_a_real_scheme_is_refused_with_what_to_do():
    SchemeFactory()
    with pytest.raises(NotADemoDatabase, match="made-up people must never stand beside real ones. Start with DEMO=0"):
        load.load_demo()


def test_a_database_with_an_account_and_no_scheme_is_refused():
    AccountFactory()
    with pytest.raises(NotADemoDatabase):
        load.load_demo()


def test_a_refusal_changes_nothing():
    scheme = SchemeFactory()
    with pytest.raises(NotADemoDatabase):
        load.load_demo()
    assert list(Scheme.objects.all()) == [scheme] and not Account.objects.exists()
    assert not Source.objects.filter(name__contains="demo").exists()
    with in_scheme(scheme):
        assert not Person.objects.exists() and not Membership.objects.exists()


def test_a_demo_that_is_loaded_is_not_loaded_again():
    SchemeFactory(is_demo=True)
    with pytest.raises(AlreadyLoaded):
        load.load_demo()


def test_colleagues_added_to_the_demo_scheme_do_not_make_it_real():
    with in_scheme(SchemeFactory(is_demo=True)):
        MembershipFactory(account__is_demo=False)
    load.check_only_demo()


def test_a_demo_account_beside_a_real_scheme_does_not_help():
    SchemeFactory(is_demo=True)
    SchemeFactory()
    with pytest.raises(NotADemoDatabase):
        load.check_only_demo()
