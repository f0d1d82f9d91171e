"""What staff see of connections."""

import pytest

from linkwell.common.errors import NotVisible
from linkwell.connections import actions, errors, queries
from linkwell.connections.actions import Answer
from linkwell.directory.models import Phone
from linkwell.people.models import Exclusion
from linkwell.team.access import MGR, SUP
from tests.factories import ConnectionFactory, LocationFactory, MembershipFactory, ServiceFactory, in_scheme
from tests.story import NOW, link


def page(story, connection, viewer=None):
    return queries.connection_page(viewer=viewer or story.asha, connection_id=connection.pk, at=NOW)


def form(story, **fields):
    return queries.share_form(
        viewer=story.asha, episode_id=story.episode.pk, service_id=story.service.pk, at=NOW, **fields
    )


def test_the_list_has_open_connections_first_then_the_newest(story):
    ended = ConnectionFactory(episode=story.episode, state="ended")
    told = actions.signpost(episode_id=story.episode.pk, service_id=ServiceFactory().pk, by=story.asha, at=NOW)
    sent = story.refer()
    lines = queries.of_episode(viewer=story.asha, episode_id=story.episode.pk, at=NOW)
    assert [line.connection_id for line in lines] == [sent.pk, told.pk, ended.pk]
    assert [line.state_label for line in lines] == ["Sent", "Told about it", "Ended"]
    assert [line.is_referral for line in lines] == [True, False, False]
    assert lines[0].organisation == "Sale Men's Shed"


def test_an_answer_not_yet_told_to_the_person_shows_in_the_list(story):
    connection = story.refer()
    story.answer("yes")
    (line,) = queries.of_episode(viewer=story.asha, episode_id=story.episode.pk, at=NOW)
    assert line.needs_answer_told
    actions.settle_answer(connection_id=connection.pk, by=story.asha, at=NOW)
    (line,) = queries.of_episode(viewer=story.asha, episode_id=story.episode.pk, at=NOW)
    assert not line.needs_answer_told


@pytest.mark.parametrize("role", [None, MGR])
def test_nobody_out_of_reach_sees_a_connection(story, other_scheme, role):
    connection = story.refer()
    stranger = MembershipFactory(role=role) if role else MembershipFactory()
    assert queries.of_episode(viewer=stranger, episode_id=story.episode.pk, at=NOW) == []
    with pytest.raises(NotVisible):
        page(story, connection, stranger)
    with in_scheme(other_scheme, story.scheme):
        with pytest.raises(NotVisible):
            page(story, connection, MembershipFactory(scheme=other_scheme, role=SUP))


def test_P07_someone_excluded_sees_it_as_absent(story):
    connection = story.refer()
    Exclusion.objects.create(scheme=story.scheme, person=story.person, membership=story.asha, added_at=NOW)
    with pytest.raises(NotVisible):
        page(story, connection)


def test_a_team_lead_reads_and_writes_nothing(story):
    connection = story.refer()
    shown = page(story, connection, MembershipFactory(role=SUP))
    assert not shown.may_write
    assert not shown.next_states
    assert not (shown.may_note_answer or shown.may_settle)


def test_the_page_shows_what_was_told_and_answered_and_what_comes_next(story):
    connection = story.refer()
    actions.open_packet(token_id=link().pk, at=NOW)
    story.answer("wait", wait_weeks=4, text="Ring Jo first", answered_by="Jo")
    shown = page(story, connection)
    assert shown.packet.is_out
    assert shown.packet.agreed_how == "In person"
    assert ("What they hope for", "Company on Thursdays") in shown.packet.content
    (reply,) = shown.replies
    assert (reply.label, reply.text, reply.answered_by, reply.noted_by) == (
        "Yes, there is a wait",
        "Ring Jo first",
        "Jo",
        "",
    )
    assert [line.what for line in shown.history] == [
        "On their waiting list",
        "Opened by the group",
        "Sent",
        "Talked about",
    ]
    assert shown.next_states == {"accepted", "declined_org", "declined_person", "ended"}
    assert shown.may_note_answer
    assert shown.may_settle


def test_a_withdrawn_packet_is_no_longer_out(story):
    connection = story.refer()
    actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW)
    assert not page(story, connection).packet.is_out


def test_who_noted_a_phone_answer_is_shown(story):
    connection = story.refer(channel="phone")
    actions.note_answer_by_phone(connection_id=connection.pk, given=Answer(answer="ring"), by=story.asha, at=NOW)
    assert page(story, connection).replies[0].noted_by == "Asha Patel"


def test_the_form_offers_what_is_known_with_a_first_draft_of_the_hope(story):
    shown = form(story)
    assert shown.hope == "I want to make things with other people"
    assert {offer.code for offer in shown.offers if offer.usual} == {"name", "contact", "hope"}
    assert shown.may_email
    assert (shown.connection_id, shown.already) == (None, False)
    assert "shed@example.org" not in repr(shown)


def test_without_goals_the_need_stands_in_for_the_hope(story):
    story.episode.goals.all().delete()
    assert form(story).hope == "Loneliness or isolation"
    story.episode.needs.all().delete()
    assert form(story).hope == ""


def test_the_form_says_why_nothing_can_be_e_mailed(story):
    story.group.referral_email, story.group.referral_email_verified_at = "", None
    story.group.save()
    assert not form(story).may_email
    assert "no confirmed e-mail" in form(story).why_not_email


def test_the_form_knows_a_connection_already_there(story):
    proposed = actions.propose(episode_id=story.episode.pk, service_id=story.service.pk, by=story.asha, at=NOW)
    assert (form(story).connection_id, form(story).already) == (proposed.pk, False)
    story.refer()
    assert form(story).already


def test_the_form_is_absent_for_others_and_refused_where_nobody_takes_people(story):
    with pytest.raises(NotVisible):
        queries.share_form(viewer=MembershipFactory(), episode_id=story.episode.pk, service_id=story.service.pk, at=NOW)
    story.service.operating = "paused"
    story.service.save()
    with pytest.raises(errors.NotTakingPeople):
        form(story)


def test_DI17_a_place_that_is_not_disclosed_is_never_handed_on(story):
    service = ServiceFactory(is_undisclosed=True, location=LocationFactory(name="Refuge", address="3 Secret Street"))
    Phone.objects.create(service=service, number="01632 960009")
    facts = queries.service_facts(service)
    assert facts.where == ()
    assert facts.phones == ("01632 960009",)
    service = ServiceFactory(location=LocationFactory(name="Hall", address="4 Open Street", is_undisclosed=False))
    assert queries.service_facts(service).where == ("Hall, 4 Open Street, M33 7ZF",)


def test_a_packet_draft_is_what_is_stored(story):
    seen = queries.draft(
        episode=story.episode,
        service=story.service,
        ticked=["name", "age_band"],
        hope="",
        extra_reason="for over 70s",
        on=NOW.date(),
    )
    assert seen.extra == ("Age, within ten years",)
    connection = story.refer(ticked=("name", "age_band"), hope="", extra_reason="for over 70s", previewed=seen.digest)
    assert [list(row) for row in page(story, connection).packet.content] == seen.content


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_takes_the_same_statements_however_long(story, django_assert_max_num_queries, count):
    for _ in range(count):
        ConnectionFactory(episode=story.episode, service=ServiceFactory())
    with django_assert_max_num_queries(2):
        assert len(queries.of_episode(viewer=story.asha, episode_id=story.episode.pk, at=NOW)) == count


def test_the_page_of_a_connection_takes_at_most_nine_statements(story, django_assert_max_num_queries):
    connection = story.refer()
    actions.open_packet(token_id=link().pk, at=NOW)
    story.answer("yes")
    with django_assert_max_num_queries(9):
        page(story, connection)


def test_the_form_takes_at_most_thirteen_statements(story, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        form(story)


def test_what_a_group_reads_takes_three_statements(story, django_assert_max_num_queries):
    story.refer()
    token_id = link().pk
    with django_assert_max_num_queries(3):
        queries.shared_with_you(token_id=token_id, at=NOW)
