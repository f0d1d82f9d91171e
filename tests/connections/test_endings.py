"""SU8, CO1: when support ends, what has not taken off ends with it; who goes keeps going."""

import pytest
from django.utils import timezone

from linkwell.common.errors import NotVisible
from linkwell.connections.actions import end_support
from linkwell.connections.models import ConnectionState
from linkwell.support.errors import EndReasonMissing
from linkwell.team.access import LW
from tests.factories import ConnectionFactory, EpisodeFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def episode(scheme):
    return EpisodeFactory(link_worker=MembershipFactory(role=LW))


def end(episode, reason="partly_met", by=None):
    return end_support(
        episode_id=episode.pk, reason=reason, told_referrer="It has ended.", by=by or episode.link_worker, at=NOW
    )


@pytest.mark.parametrize(
    ("state", "reason", "after"),
    [
        (ConnectionState.WAITING, "partly_met", ConnectionState.ENDED),
        (ConnectionState.SHARED, "not_reached", ConnectionState.ENDED),
        (ConnectionState.ATTENDING, "partly_met", ConnectionState.ATTENDING),
        (ConnectionState.ACCEPTED, "goals_met", ConnectionState.ACCEPTED),
        (ConnectionState.ATTENDING, "died", ConnectionState.ENDED),
        (ConnectionState.DECLINED_ORGANISATION, "died", ConnectionState.DECLINED_ORGANISATION),
    ],
)
def test_what_has_not_taken_off_ends_with_support(episode, state, reason, after):
    connection = ConnectionFactory(episode=episode, state=state)
    end(episode, reason)
    connection.refresh_from_db()
    assert connection.state == after


def test_a_colleague_ends_neither_support_nor_connections(episode):
    connection = ConnectionFactory(episode=episode, state=ConnectionState.SHARED)
    with pytest.raises(NotVisible):
        end(episode, by=MembershipFactory(role=LW))
    connection.refresh_from_db()
    assert connection.state == ConnectionState.SHARED


def test_an_ending_that_is_refused_leaves_connections_as_they_were(episode):
    connection = ConnectionFactory(episode=episode, state=ConnectionState.SHARED)
    with pytest.raises(EndReasonMissing):
        end(episode, reason="bored")
    connection.refresh_from_db()
    assert connection.state == ConnectionState.SHARED
