"""The fixtures every room's tests share: schemes, and a client that is signed in.

`scheme` makes a scheme and works in it until the test ends; `other_scheme` is a second one of the same
host, `foreign_scheme` one of another host. With `cloned_database` or `live_site` they only make the rows,
committed: use `with in_scheme(scheme):` there, for the site could not see rows of an open transaction.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client

from linkwell.common import scope as scopes
from tests.factories import SchemeFactory, in_scheme


@pytest.fixture
def scheme(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A scheme, in force for the test."""
    if "cloned_database" in request.fixturenames:
        request.getfixturevalue("cloned_database")
        yield SchemeFactory()
        return
    request.getfixturevalue("db")
    made = SchemeFactory()
    with in_scheme(made):
        yield made


@pytest.fixture
def other_scheme(scheme: Any) -> Any:
    """A second scheme of the same host."""
    return SchemeFactory(host=scheme.host)


@pytest.fixture
def foreign_scheme(scheme: Any) -> Any:
    """A scheme of another host."""
    return SchemeFactory()


@contextmanager
def outside_every_scope() -> Iterator[None]:
    """Leave the test's scope, as a request arrives in the product: without one."""
    before = scopes._current.get()
    if before is None:
        yield
        return
    token = scopes._current.set(None)
    scopes._set((), None)
    try:
        yield
    finally:
        scopes._current.reset(token)
        scopes._set(before.scheme_ids, before.scheme_id)


class ProductClient(Client):
    """Django's test client, whose requests begin outside the test's scope."""

    def request(self, **request: Any) -> Any:
        with outside_every_scope():
            return super().request(**request)


@pytest.fixture
def client() -> ProductClient:
    """A browser in which nobody has signed in."""
    return ProductClient()


@pytest.fixture
def client_for() -> Callable[..., ProductClient]:
    """Return a function membership → a client signed in as that member, past the second factor."""

    def sign_in(membership: Any, **options: Any) -> ProductClient:
        client = ProductClient(**options)
        client.force_login(membership.account)
        session = client.session
        session["membership"] = membership.pk
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
        session["account_authentication_methods_user"] = str(membership.account_id)
        session.save()
        return client

    return sign_in
