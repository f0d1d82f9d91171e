"""People for the reports: each made by one line that says how far they came, so that a reader can count."""

from datetime import UTC, date, datetime, timedelta

from linkwell.connections.models import ConnectionEvent
from linkwell.outcomes.models import Completion, Score
from linkwell.referrals.models import ReferralEvent, State
from linkwell.support.models import PlanVersion
from tests.factories import (
    ConnectionFactory,
    EpisodeFactory,
    MembershipFactory,
    PersonFactory,
    PracticeFactory,
    ReferralFactory,
    ServiceFactory,
)


def moment(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class Town:
    """Three practices and three link workers, taken in turn, so that no number points to one of them."""

    def __init__(self, practices=3, workers=3):
        self.practices = [PracticeFactory() for _ in range(practices)]
        self.workers = [MembershipFactory() for _ in range(workers)]
        self.service = ServiceFactory()
        self.turn = 0

    def next(self):
        """Return the practice and the worker whose turn it is; both change with each person."""
        self.turn += 1
        return self.practices[self.turn % len(self.practices)], self.workers[self.turn % len(self.workers)]

    def refused(self, how_many, day, state):
        """Refer people who are not taken on, or of whom nothing is decided (state "received")."""
        for _ in range(how_many):
            practice, _worker = self.next()
            referral = ReferralFactory(
                person=PersonFactory(found_by=False), practice=practice, state=state, received_at=moment(day)
            )
            if state != State.RECEIVED:
                event(referral, state, day + timedelta(days=1))

    def supported(self, how_many, day, *, reached="new", first=3, met=7, reason="", joined="signpost", **scores):
        """Refer people who are taken on the day after, tried after `first` days and met after `met` days.

        reached  "new", "tried", "met", "planned", "connected", "attended" or "attending"
        reason   why support ended, 60 days after the referral; empty while it goes on
        scores   scale=(start, later), one of them None where not answered
        """
        for _ in range(how_many):
            self._one(day, reached, first, met, reason, joined, scores)

    def _one(self, day, reached, first, met, reason, joined, scores):
        order = ("new", "tried", "met", "planned", "connected", "attended", "attending")
        came = order.index(reached)
        practice, worker = self.next()
        over = moment(day + timedelta(days=60)) if reason else None
        episode = EpisodeFactory(
            person=PersonFactory(found_by=False),
            referral__practice=practice, referral__received_at=moment(day), referral__closed_at=over,
            link_worker=worker, opened_at=moment(day + timedelta(days=1)),
            first_attempt_at=moment(day + timedelta(days=first)) if came >= 1 else None,
            first_conversation_at=moment(day + timedelta(days=met)) if came >= 2 else None,
            state="ended" if reason else "engaged" if came >= 2 else "new", ended_at=over, end_reason=reason,
        )  # fmt: skip
        event(episode.referral, "accepted", day + timedelta(days=1))
        if came >= 3:
            PlanVersion.objects.create(
                scheme=episode.scheme, episode=episode, number=1, content={}, agreed_how="in_person",
                agreed_at=moment(day + timedelta(days=14)), by=worker,
            )  # fmt: skip
        if came >= 4:
            self._join(episode, day, came, joined)
        for scale, (before, after) in scores.items():
            self._score(episode, scale, "baseline", day + timedelta(days=met), before)
            self._score(episode, scale, "review", day + timedelta(days=50), after)

    def _join(self, episode, day, came, joined):
        at = moment(day + timedelta(days=21))
        went_on = day + timedelta(days=28) if came >= 5 else None
        connection = ConnectionFactory(
            episode=episode, service=self.service, kind=joined, state="attending" if came == 6 else "signposted",
            created_at=at, first_attended_on=went_on,
        )  # fmt: skip
        steps = [("signposted" if joined == "signpost" else "shared", at)]
        if came == 6:
            steps.append(("attending", moment(day + timedelta(days=42))))
        for now, then in steps:
            ConnectionEvent.objects.create(scheme=episode.scheme, connection=connection, at=then, now=now)

    def _score(self, episode, scale, occasion, day, value):
        if value is None:
            return
        measure = "ucla3" if scale == "ucla3" else "lonely" if scale == "lonely" else "ons4"
        completion = Completion.objects.create(
            scheme=episode.scheme, person=episode.person, episode=episode, measure=measure, occasion=occasion,
            at=moment(day), how="phone", answers={"any": value},
        )  # fmt: skip
        Score.objects.create(scheme=episode.scheme, completion=completion, scale=scale, value=value)


def event(referral, now, day):
    ReferralEvent.objects.create(scheme=referral.scheme, referral=referral, at=moment(day), was="received", now=now)


JULY = date(2026, 7, 6)
APRIL = date(2026, 4, 13)
TODAY = date(2026, 11, 23)  # October to December has not closed
