"""A person with a link worker, and a group that can be written to: the fixture `story`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from linkwell.connections import actions
from linkwell.connections.actions import Answer, Share
from linkwell.messages.models import Message
from linkwell.people.models import ContactRule
from linkwell.team import tokens
from tests.factories import (
    EpisodeFactory,
    GoalFactory,
    MembershipFactory,
    NeedFactory,
    OrganisationFactory,
    PersonFactory,
    ServiceFactory,
)

NOW = timezone.now()
TOLD = ("name", "contact", "hope")


@dataclass
class Story:
    """A link worker, a person in support, a service of a group."""

    scheme: Any
    asha: Any
    person: Any
    episode: Any
    service: Any

    @property
    def group(self) -> Any:
        return self.service.organisation

    def share(self, **changed: Any) -> Share:
        return Share(**{"ticked": TOLD, "hope": "Company on Thursdays", "agreed_how": "in_person", **changed})

    def refer(self, *, at: Any = NOW, by: Any = None, **changed: Any) -> Any:
        return actions.share_with_organisation(
            episode_id=self.episode.pk,
            service_id=self.service.pk,
            share=self.share(**changed),
            by=by or self.asha,
            at=at,
        )

    def answer(self, answer: str, *, at: Any = NOW, **fields: Any) -> Any:
        return actions.answer(token_id=link().pk, given=Answer(answer=answer, **fields), at=at)


def link() -> Any:
    """Return the link of the newest referral e-mail."""
    return Message.objects.filter(template="organisation_referral").latest("pk").token


def secret() -> str:
    return tokens.secret_of(link())


@pytest.fixture
def story(scheme) -> Story:
    """Ada Example, with Asha, who could go to the Men's Shed."""
    return tell(scheme)


def tell(scheme: Any) -> Story:
    """Write the story into the scheme in force."""
    scheme.phone, scheme.role_name = "01632 960001", "link worker"
    scheme.save()
    asha = MembershipFactory(account__name="Asha Patel")
    person = PersonFactory(
        given_name="Adelaide",
        preferred_name="Ada",
        family_name="Example",
        born_on=NOW.date() - timedelta(days=72 * 365 + 60),
        phone="07700 900123",
        email="ada@example.org",
        address="1 Woodside Road",
        postcode="M33 7ZF",
        health_number="",
    )
    ContactRule.objects.create(
        scheme=scheme,
        person=person,
        by_phone=True,
        by_post=True,
        when="afternoons only",
        recorded_at=NOW,
        recorded_by=asha,
    )
    episode = EpisodeFactory(person=person, link_worker=asha)
    NeedFactory(episode=episode, code="loneliness")
    NeedFactory(episode=episode, code="abuse")
    GoalFactory(episode=episode, text="I want to make things with other people")
    group = OrganisationFactory(name="Sale Men's Shed", referral_email="shed@example.org", email="feed@example.org")
    service = ServiceFactory(name="Men's Shed Thursdays", organisation=group, modes=["in_person"])
    return Story(scheme, asha, person, episode, service)
