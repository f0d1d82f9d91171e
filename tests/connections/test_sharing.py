"""Telling a group about a person, and taking it back."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from linkwell.common.errors import NotVisible
from linkwell.common.models import AuditEvent
from linkwell.connections import actions, errors, queries
from linkwell.connections.models import Connection, ConnectionEvent, SharePacket
from linkwell.messages.models import Message
from linkwell.people.models import AccessNeed, Consent, ContactRule, Exclusion, RiskStatement
from linkwell.support.errors import EpisodeOver
from linkwell.support.models import EpisodeState, Task
from linkwell.team.access import LW, MGR, SUP
from linkwell.team.models import Token
from linkwell.team.queries import token_scheme
from tests.factories import EpisodeFactory, GoalFactory, MembershipFactory, ServiceFactory, in_scheme
from tests.story import NOW, link, secret


def content(connection) -> dict[str, str]:
    return dict(SharePacket.objects.get(connection=connection).content)


def test_a_referral_stores_what_is_told_and_sends_a_link_in_one_go(story):
    connection = story.refer()

    packet = SharePacket.objects.get(connection=connection)
    assert dict(packet.content) == {
        "First name, as they like to be called": "Ada",
        "How to reach them": "Phone 07700 900123, afternoons only. No voicemail. No texts",
        "What they hope for": "Company on Thursdays",
        "Whom to ring about this": f"Asha Patel, link worker, {story.scheme.name}, 01632 960001",
    }
    assert (packet.ticked, packet.agreed_how, packet.by) == (["name", "contact", "hope"], "in_person", story.asha)
    assert packet.expires_on == (NOW + timedelta(days=90)).date()
    assert (connection.state, connection.kind) == ("shared", "referral")
    assert [event.now for event in connection.events.order_by("pk")] == ["proposed", "shared"]
    message = Message.objects.get(token=link())
    assert (message.recipient_kind, message.recipient_id) == ("share", SharePacket.objects.get().pk)
    assert message.words["reference"] == packet.reference
    assert token_scheme(secret(), purpose=queries.PURPOSE, at=NOW).object_id == packet.pk
    consent = Consent.objects.get(person=story.person, purpose="share")
    assert (consent.given, consent.organisation_id, consent.expires_on) == (True, story.group.pk, packet.expires_on)
    assert AuditEvent.objects.filter(event="connection.shared", person_id=story.person.pk).exists()
    story.episode.refresh_from_db()
    assert story.episode.waiting_on == "service"


def test_H02_no_message_and_no_job_holds_anything_about_the_person(story):
    story.refer(ticked=("name", "full_name", "contact", "hope"), extra_reason="they asked")
    stored = repr(list(Message.objects.values()))
    for secret_thing in ("Ada", "Example", "07700", "Woodside", "loneliness", "Company"):
        assert secret_thing not in stored


def test_by_phone_the_packet_is_kept_as_read_out_and_nothing_is_sent(story):
    story.group.referral_email, story.group.referral_email_verified_at = "", None
    story.group.save()
    connection = story.refer(channel="phone")
    assert SharePacket.objects.get(connection=connection).channel == "phone"
    assert not Token.objects.exists()
    assert not Message.objects.exists()


def test_a_group_without_a_confirmed_address_gets_no_e_mail(story):
    story.group.referral_email, story.group.referral_email_verified_at = "", None
    story.group.save()
    with pytest.raises(errors.NoReferralAddress, match="Sale Men's Shed has no confirmed e-mail"):
        story.refer()
    assert not Connection.objects.exists()


def test_D10_an_address_in_a_feed_never_decides_where_details_go(story):
    story.group.email = "attacker@example.net"
    story.group.referral_email, story.group.referral_email_verified_at = "", None
    story.group.save()
    story.service.email = "attacker@example.net"
    story.service.save()
    with pytest.raises(errors.NoReferralAddress):
        story.refer()


@pytest.mark.parametrize("how", ["", "they nodded"])
def test_without_agreement_nothing_is_stored_or_sent(story, how):
    with pytest.raises(errors.AgreementMissing):
        story.refer(agreed_how=how)
    assert not (Connection.objects.exists() or Message.objects.exists() or SharePacket.objects.exists())


def test_a_paused_service_and_one_that_nobody_runs_are_not_referred_to(story):
    story.service.operating = "paused"
    story.service.save()
    with pytest.raises(errors.NotTakingPeople, match="not taking new people"):
        story.refer()
    story.service.operating, story.service.organisation = "open", None
    story.service.save()
    with pytest.raises(errors.NoOrganisation):
        actions.share_with_organisation(
            episode_id=story.episode.pk, service_id=story.service.pk, share=story.share(), by=story.asha, at=NOW
        )


def test_V08_an_unusual_fact_needs_a_reason_which_is_kept(story):
    with pytest.raises(errors.ExtraNeedsReason):
        story.refer(ticked=("name", "age_band"))
    connection = story.refer(ticked=("name", "age_band"), extra_reason="The group is for people over 70")
    assert content(connection)["Age, within ten years"] == "70-79"
    assert SharePacket.objects.get().extra_reason == "The group is for people over 70"


def test_a_reason_without_an_unusual_fact_is_not_kept(story):
    story.refer(extra_reason="just so")
    assert SharePacket.objects.get().extra_reason == ""


@pytest.mark.parametrize("code", ["health_number", "address", "risks", "nonsense"])
def test_what_this_group_cannot_be_told_is_refused(story, code):
    with pytest.raises(errors.FieldNotAllowed):
        story.refer(ticked=("name", code), extra_reason="because")


def test_what_is_sent_is_what_was_previewed_or_nothing(story):
    seen = queries.draft(
        episode=story.episode,
        service=story.service,
        ticked=["name", "contact"],
        hope="",
        extra_reason="",
        on=NOW.date(),
    )
    story.person.phone = "07700 900999"
    story.person.save()
    with pytest.raises(errors.PreviewChanged, match="once more"):
        story.refer(ticked=("name", "contact"), hope="", previewed=seen.digest)
    again = queries.draft(
        episode=story.episode,
        service=story.service,
        ticked=["name", "contact"],
        hope="",
        extra_reason="",
        on=NOW.date(),
    )
    connection = story.refer(ticked=("name", "contact"), hope="", previewed=again.digest)
    assert SharePacket.objects.get(connection=connection).content == again.content


def test_a_visit_is_told_address_and_risks_but_never_an_address_that_is_hidden(story):
    story.service.modes = ["home_visit"]
    story.service.save()
    RiskStatement.objects.create(scheme=story.scheme, person=story.person, text="A large dog", began_at=NOW)
    ticked = ("name", "address", "risks")
    visit = content(story.refer(ticked=ticked))
    assert visit["Address"] == "1 Woodside Road, M33 7ZF"
    assert visit["What a visitor must know to be safe"] == "A large dog"

    hidden = EpisodeFactory(link_worker=story.asha, person__address="2 Hidden Lane", person__location_hidden=True)
    with pytest.raises(errors.FieldNotAllowed):
        actions.share_with_organisation(
            episode_id=hidden.pk,
            service_id=story.service.pk,
            share=story.share(ticked=("name", "address")),
            by=story.asha,
            at=NOW,
        )
    form = queries.share_form(viewer=story.asha, episode_id=hidden.pk, service_id=story.service.pk, at=NOW)
    assert "Hidden Lane" not in repr(form)
    assert "address" not in {offer.code for offer in form.offers}


def test_the_contact_honours_the_contact_rule_and_falls_back_to_us(story):
    ContactRule.objects.create(
        scheme=story.scheme,
        person=story.person,
        by_phone=False,
        by_post=False,
        by_email=False,
        recorded_at=NOW + timedelta(1),
    )
    told = content(story.refer())["How to reach them"]
    assert told == f"Through us: Asha Patel, link worker, {story.scheme.name}, 01632 960001"
    assert "07700" not in told


def test_access_needs_are_told_in_the_persons_words(story):
    AccessNeed.objects.create(
        scheme=story.scheme, person=story.person, code="step_free", note="I use a frame", began_at=NOW
    )
    AccessNeed.objects.create(scheme=story.scheme, person=story.person, code="bsl", began_at=NOW, ended_at=NOW)
    story.person.needs_interpreter = True
    story.person.save()
    assert content(story.refer(ticked=("access",)))["What they need from you"] == "An interpreter; I use a frame"


def test_V05_each_share_has_a_reference_of_its_own(story):
    first = story.refer()
    actions.end_connection(connection_id=first.pk, reason="changed plans", by=story.asha, at=NOW)
    second = story.refer()
    references = set(SharePacket.objects.values_list("reference", flat=True))
    assert first.pk != second.pk
    assert len(references) == 2
    assert all(re.fullmatch(r"S-[0-9A-Z]{4}-[0-9A-Z]{4}", reference) for reference in references)


def test_a_service_talked_about_becomes_the_referral(story):
    goal = GoalFactory(episode=story.episode)
    proposed = actions.propose(
        episode_id=story.episode.pk,
        service_id=story.service.pk,
        need_code="loneliness",
        goal_id=goal.pk,
        by=story.asha,
        at=NOW,
    )
    connection = story.refer()
    assert connection.pk == proposed.pk
    assert (connection.need_code, connection.goal_id) == ("loneliness", goal.pk)


def test_Z24_a_second_press_makes_no_second_referral(story):
    first = story.refer()
    with pytest.raises(errors.AlreadyConnected) as refused:
        story.refer()
    assert refused.value.connection_id == first.pk
    assert Message.objects.count() == 1


def test_the_database_itself_keeps_one_open_connection_of_a_service(story):
    first = story.refer()
    with pytest.raises(IntegrityError, match="one_open_connection_of_a_service"), transaction.atomic():
        Connection.objects.create(
            scheme=story.scheme,
            episode=story.episode,
            person=story.person,
            service=story.service,
            state="proposed",
            state_at=NOW,
            created_at=NOW,
            by=first.by,
        )


def test_T02_a_goal_of_another_persons_plan_is_refused(story):
    other = GoalFactory()
    with pytest.raises(errors.OfAnotherPlan):
        story.refer(goal_id=other.pk)


def test_T02_the_database_refuses_a_connection_across_schemes(story, other_scheme):
    with in_scheme(other_scheme, story.scheme):
        theirs = EpisodeFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            Connection.objects.create(
                scheme=other_scheme,
                episode=story.episode,
                person=theirs.person,
                service=story.service,
                state="proposed",
                state_at=NOW,
                created_at=NOW,
                by=theirs.link_worker,
            )


@pytest.mark.parametrize("role", [LW, SUP, MGR])
def test_only_the_link_worker_of_the_record_refers(story, role):
    with pytest.raises(NotVisible):
        story.refer(by=MembershipFactory(role=role))
    assert not Connection.objects.exists()


def test_an_excluded_worker_and_one_of_another_scheme_find_nothing(story, other_scheme):
    with in_scheme(other_scheme, story.scheme):
        with pytest.raises(NotVisible):
            story.refer(by=MembershipFactory(scheme=other_scheme))
    Exclusion.objects.create(scheme=story.scheme, person=story.person, membership=story.asha, added_at=NOW)
    with pytest.raises(NotVisible):
        story.refer()


def test_when_support_has_ended_nobody_is_referred(story):
    story.episode.state, story.episode.ended_at, story.episode.end_reason = EpisodeState.ENDED, NOW, "goals_met"
    story.episode.save()
    with pytest.raises(EpisodeOver):
        story.refer()


def test_a_service_that_does_not_exist_is_absent(story):
    with pytest.raises(NotVisible):
        actions.share_with_organisation(
            episode_id=story.episode.pk, service_id=0, share=story.share(), by=story.asha, at=NOW
        )


@pytest.mark.parametrize(("asked", "held"), [(30, 30), (180, 180), (9999, 90)])
def test_how_long_they_may_look_is_one_of_three(story, asked, held):
    story.refer(days=asked)
    assert SharePacket.objects.get().expires_on == (NOW + timedelta(days=held)).date()


def test_V02_withdrawn_the_link_is_gone_at_once_and_they_are_asked_to_delete(story):
    connection = story.refer()
    link_secret, token = secret(), link()
    actions.open_packet(token_id=token.pk, at=NOW)

    actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW + timedelta(days=1))

    assert token_scheme(link_secret, purpose=queries.PURPOSE, at=NOW) is None
    with pytest.raises(NotVisible):
        queries.shared_with_you(token_id=token.pk, at=NOW)
    assert Message.objects.filter(template="share_recalled").count() == 1
    assert Consent.objects.get(purpose="share").withdrawn_at == NOW + timedelta(days=1)
    connection.refresh_from_db()
    assert (connection.state, connection.reason) == ("ended", "Agreement to share withdrawn")


def test_withdrawn_when_it_was_read_out_the_link_worker_rings_them(story):
    connection = story.refer(channel="phone")
    actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW)
    task = Task.objects.get(done_at=None)
    assert (task.kind, task.member, task.link) == ("call", story.asha, f"/connections/{connection.pk}/")
    assert "destroy what they noted" in task.text
    assert not Message.objects.exists()


def test_someone_who_goes_already_may_withdraw_and_still_go(story):
    connection = story.refer()
    story.answer("yes")
    actions.record_first_attendance(connection_id=connection.pk, attended_on=NOW.date(), by=story.asha, at=NOW)
    actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW)
    connection.refresh_from_db()
    assert connection.state == "first_attended"


def test_what_was_never_sent_or_is_withdrawn_cannot_be_withdrawn(story):
    connection = story.refer()
    actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW)
    told = actions.signpost(episode_id=story.episode.pk, service_id=ServiceFactory().pk, by=story.asha, at=NOW)
    for pk in (connection.pk, told.pk):
        with pytest.raises(errors.NothingShared):
            actions.withdraw_share(connection_id=pk, by=story.asha, at=NOW)


def test_others_cannot_withdraw(story):
    connection = story.refer()
    with pytest.raises(NotVisible):
        actions.withdraw_share(connection_id=connection.pk, by=MembershipFactory(), at=NOW)


def test_V01_the_stored_copy_stays_as_it_was_whatever_the_record_says_later(story):
    connection = story.refer()
    story.person.preferred_name = "Someone Else"
    story.person.save()
    shown = queries.shared_with_you(token_id=link().pk, at=NOW)
    assert dict(shown.content)["First name, as they like to be called"] == "Ada"
    assert connection.pk


def test_when_the_e_mail_does_not_go_the_link_worker_is_told_to_ring(story):
    connection = story.refer()
    message = Message.objects.get()
    actions.referral_mail_stopped(message, NOW)
    task = Task.objects.get(done_at=None)
    assert task.text == "The e-mail to Men's Shed Thursdays did not go. Ring them instead"
    assert task.link == f"/connections/{connection.pk}/"


def test_when_it_does_not_go_but_matters_no_more_nobody_is_told(story):
    connection = story.refer()
    message = Message.objects.get()
    actions.open_packet(token_id=message.token_id, at=NOW)
    actions.referral_mail_stopped(message, NOW)
    actions.withdraw_share(connection_id=connection.pk, by=story.asha, at=NOW)
    actions.referral_mail_stopped(message, NOW)
    assert not Task.objects.filter(done_at=None).exists()


def test_every_event_is_written_once_and_cannot_be_changed(story):
    story.refer()
    event = ConnectionEvent.objects.order_by("-pk").first()
    event.reason = "other"
    with pytest.raises(Exception, match="append-only|permission denied"), transaction.atomic():
        event.save()
