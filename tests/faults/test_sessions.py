"""The database goes away after an act is done and before its session is kept. Security: Z01, Z09."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError

from linkwell.support.models import Contact
from linkwell.web.signin.sessions import SessionStore
from tests.factories import EpisodeFactory, MembershipFactory


def away(*_, **__):
    raise OperationalError


def test_Z09_a_database_that_goes_away_while_the_session_is_kept_is_503_and_the_form_sent_again_is_kept_once(
    scheme, client_for, monkeypatch
):
    asha = MembershipFactory()
    path = f"/people/{EpisodeFactory(link_worker=asha).person_id}/log/"
    client = client_for(asha)
    form = {"reached": "yes", "mode": "phone", "note": "We spoke for long about the garden.", "once": "key-of-the-form"}

    with monkeypatch.context() as patch:
        patch.setattr(Session, "save", away)
        client.raise_request_exception = False
        answer = client.post(path, form)
    again = client.post(path, form)

    assert answer.status_code == 503
    assert "We spoke for long about the garden." in answer.content.decode()
    assert (again.status_code, Contact.objects.count()) == (302, 1)


def test_a_session_that_was_ended_meanwhile_is_not_made_again(db):
    kept = SessionStore()
    kept.create()
    Session.objects.all().delete()

    kept["anything"] = 1
    with pytest.raises(UpdateError) as refusal:
        kept.save()
    assert isinstance(refusal.value.__context__, DatabaseError)
