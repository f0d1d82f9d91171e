"""The pages of the team: who works here, who is invited, who refers. Features: SE2, SE4, TA10, TA11; abuse: K06."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.messages.models import Message
from linkwell.places.models import Outcode, ReferencePractice
from linkwell.team import actions, tokens
from linkwell.team.access import ADM, COM, IG, LW, MGR, REF, SUP
from linkwell.team.models import Account, Agency, Invitation, Membership, OneTimeCode, Practice
from linkwell.team.rules import Place
from tests.codes import code_now
from tests.factories import (
    PASSWORD,
    AccountFactory,
    AgencyFactory,
    EpisodeFactory,
    MembershipFactory,
    PracticeFactory,
    ProgrammeFactory,
    SchemeFactory,
    in_scheme,
)
from tests.fixtures import ProductClient

NEW = "ada@example.org"
WORKER = {"email": NEW, "name": "Ada Example", "role": LW, "hours_per_week": "22.5", "may_triage": "on"}
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


@pytest.fixture
def manager(scheme):
    return MembershipFactory(role=MGR)


@pytest.fixture
def site(client_for, manager):
    return client_for(manager)


@pytest.fixture
def mail_server(settings):
    settings.SMTP = "smtp://localhost"


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def link_of(invitation):
    from linkwell.team.models import Token

    return f"/i/{tokens.secret_of(Token.objects.get(purpose='invitation', object_id=invitation.pk))}/"


def invited(manager, email=NEW, **place):
    made = actions.invite(email=email, name="Ada", place=Place(**{"role": LW, **place}), by=manager, at=timezone.now())
    return made.invitation


def code_for_the_mailbox():
    return tokens.code_of(OneTimeCode.objects.latest("pk"))


# --- inviting ---


def test_a_manager_invites_and_is_told_that_the_mail_goes(site, mail_server):
    answer = site.post("/team/invite/", WORKER, follow=True)

    assert "ada@example.org is invited" in text(answer)
    message = Message.objects.get(template="invitation")
    invitation = Invitation.objects.get(email=NEW)
    assert (message.recipient_kind, message.recipient_id) == ("invitation", invitation.pk)
    assert (invitation.role, invitation.may_triage, invitation.hours_per_week) == (LW, True, 22.5)
    assert link_of(invitation) not in text(answer)  # only the mailbox gets the link


def test_without_a_mail_server_the_link_is_shown_once_to_be_handed_over(site):
    answer = site.post("/team/invite/", WORKER, follow=True)

    assert f"http://testserver{link_of(Invitation.objects.get())}" in text(answer)
    assert site.get("/team/invited/").url == "/team/"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"email": ""}, "Enter e-mail address"),
        ({"email": "nobody"}, "correct format"),
        ({"role": ""}, "Choose an answer: Role"),
        ({"role": "PAT"}, "Choose one of the answers to: Role"),
        ({"role": REF}, "Choose the practice or agency"),
        ({"hours_per_week": "90"}, "must be 60 or fewer"),
        ({"hours_per_week": "many"}, "must be a number"),
    ],
)
def test_an_invitation_that_lacks_something_says_what(site, wrong, says):
    answer = site.post("/team/invite/", WORKER | wrong)

    assert says in text(answer) and not Invitation.objects.exists()
    assert "Ada Example" in text(answer)  # nothing typed is lost


def test_a_practice_of_another_scheme_is_no_answer(site, other_scheme):
    with in_scheme(other_scheme):
        theirs = PracticeFactory()

    answer = site.post("/team/invite/", WORKER | {"role": REF, "where": f"practice-{theirs.pk}"})

    assert answer.status_code == 200 and not Invitation.objects.exists()
    assert theirs.name not in text(answer)


def test_a_referrer_is_invited_for_a_practice_or_an_agency(site, mail_server):
    practice, agency = PracticeFactory(), AgencyFactory()

    site.post("/team/invite/", WORKER | {"role": REF, "where": f"practice-{practice.pk}"})
    site.post("/team/invite/", WORKER | {"email": "b@example.org", "role": REF, "where": f"agency-{agency.pk}"})

    assert Invitation.objects.get(email=NEW).practice == practice
    assert Invitation.objects.get(email="b@example.org").agency == agency


def test_a_team_lead_is_offered_link_workers_alone(client_for, scheme, mail_server):
    lead = client_for(MembershipFactory(role=SUP))

    assert 'value="MGR"' not in text(lead.get("/team/invite/"))
    lead.post("/team/invite/", WORKER | {"role": MGR})
    assert not Invitation.objects.exists()
    lead.post("/team/invite/", WORKER)
    assert Invitation.objects.get().role == LW


def test_an_invitation_is_listed_and_withdrawn(site, manager):
    invitation = invited(manager)
    assert NEW in text(site.get("/team/"))

    answer = site.post(f"/team/invitations/{invitation.pk}/withdraw/", follow=True)

    assert "withdrawn" in text(answer)
    assert ProductClient().get(link_of(invitation)).status_code == 404


# --- taking up ---


def test_with_a_mail_server_an_invitation_opens_with_a_code_mailed_to_its_address(client, manager, mail_server):
    invitation = invited(manager, may_triage=True)
    link = link_of(invitation)
    assert "Send me a code" in text(client.get(link))
    assert not OneTimeCode.objects.exists()  # opening alone sends nothing

    client.post(link)
    message = Message.objects.get(template="invitation_code")
    assert (message.recipient_kind, message.recipient_id) == ("invitation", invitation.pk)
    assert "This is not the newest code" in text(client.post(link, {"code": "00000000"}))
    client.post(link, {"code": code_for_the_mailbox()})
    answer = client.post(link, {"name": "Ada Example", "password": PASSWORD})

    assert answer.url == "/" and client.get("/").url == "/account/2fa/totp/activate/"
    member = Membership.objects.get(account__email=NEW)
    assert member.account.name == "Ada Example" and member.may_triage
    assert EmailAddress.objects.get(user=member.account).verified
    told = Message.objects.get(template="invitation_taken_up")
    assert (told.recipient_kind, told.recipient_id) == ("member", manager.pk)  # K06: who invited is told


def test_k06_a_forwarded_link_is_worth_nothing_without_the_mailbox(client, manager, mail_server):
    link = link_of(invited(manager))
    mailbox, other = ProductClient(), client
    mailbox.post(link)
    typed = code_for_the_mailbox()

    other.post(link, {"code": typed})  # bound to the site that asked
    answer = other.post(link, {"name": "Eve", "password": PASSWORD})

    assert "Send me a code" in text(answer) or "code" in text(answer)
    assert not Account.objects.filter(email=NEW).exists()


def test_k01_a_scanner_that_opens_follows_and_presses_makes_no_account_and_uses_nothing_up(client, manager):
    link = link_of(invited(manager))
    for _ in range(3):
        client.get(link)
        client.head(link)
        client.post(link)
        client.post(link, {"name": "", "password": ""})

    assert not Account.objects.filter(email=NEW).exists()
    assert ProductClient().post(link, {"name": "Ada", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("password", ["tiny!", "1qaz2wsx3edc4rfv"])
def test_a_weak_password_says_why_and_keeps_the_name(client, manager, password):
    answer = client.post(link_of(invited(manager)), {"name": "Ada Lovelace", "password": password})

    assert "Error:" in text(answer) and "Ada Lovelace" in text(answer) and password not in text(answer)


def test_a_used_link_is_like_any_page_that_does_not_exist(client, manager):
    link = link_of(invited(manager))
    client.post(link, {"name": "Ada", "password": PASSWORD})

    again = ProductClient().get(link)

    assert again.status_code == 404
    assert without_tokens(again) == without_tokens(ProductClient().get("/i/nonsense/"))


def test_an_address_with_a_sign_in_signs_in_and_joins(client_for, client, manager, scheme):
    elsewhere = SchemeFactory()
    with in_scheme(elsewhere):
        account = AccountFactory(email=NEW, second_factor=True)
        there = MembershipFactory(account=account)
    link = link_of(invited(manager))

    assert "You already have a sign-in" in text(client.get(link))
    assert client.post(link, {"name": "x", "password": "another long password"}).status_code == 200
    account.refresh_from_db()
    assert account.check_password(PASSWORD)

    theirs = client_for(there)
    assert theirs.get(link).url == "/more/invitation/"
    assert scheme.name in text(theirs.get("/more/invitation/"))
    theirs.post("/more/invitation/")
    member = Membership.objects.get(account=account, scheme=scheme)
    assert theirs.session["membership"] == member.pk  # they now work where they joined
    assert theirs.get("/more/invitation/").status_code == 404


def test_k06_someone_signed_in_as_another_is_refused_and_nothing_changes(client_for, manager, scheme):
    other = MembershipFactory(role=COM)
    link = link_of(invited(manager))
    site = client_for(other)

    for answer in (site.get(link), site.post(link, {"name": "Eve", "password": PASSWORD})):
        assert answer.status_code == 403 and NEW not in text(answer)
    assert site.get("/more/invitation/").status_code == 404
    assert not Account.objects.filter(email=NEW).exists()
    assert Membership.objects.filter(account=other.account).count() == 1


def test_a06_the_first_manager_joins_by_the_link_of_the_console_and_reaches_their_page(db, monkeypatch, settings):
    settings.SMTP = "smtp://localhost"  # even then: whoever runs the server holds the link
    monkeypatch.setattr(transaction, "on_commit", lambda function, using=None, robust=False: function())
    added = actions.add_scheme(name="Trafford", admin_email=NEW, at=timezone.now())
    site = ProductClient()

    site.post(added.invitation_url_path, {"name": "Ada", "password": PASSWORD})
    site.get("/account/2fa/totp/activate/")
    secret = site.session["mfa.totp.secret"]
    site.post("/account/2fa/totp/activate/", {"code": code_now(secret)})

    assert site.get("/").url != "/account/2fa/totp/activate/"
    page = site.get("/team/")
    assert page.status_code == 200 and NEW in text(page)


# --- members ---


def test_members_are_listed_with_what_they_do(site, scheme):
    MembershipFactory(account__name="Asha Patel", may_triage=True)
    practice = PracticeFactory(name="Limelight Practice")
    MembershipFactory(role=REF, practice=practice, account__name="Dr Rana")

    page = text(site.get("/team/"))

    for shown in ("Asha Patel", "decides on new referrals", "Dr Rana", "Limelight Practice", "Scheme manager"):
        assert shown in page


@pytest.mark.parametrize("page", ["/team/", "/team/invite/", "/team/practices/", "/team/programmes/", "/more/"])
def test_more_rows_need_no_more_statements(site, manager, page):
    with CaptureQueriesContext(connection) as few:
        site.get(page)
    for number in range(10):
        EpisodeFactory(link_worker=MembershipFactory(ended_on=timezone.localdate()))
        MembershipFactory(role=REF)
        AgencyFactory()
        ProgrammeFactory()
        invited(manager, email=f"x{number}@example.org")

    with CaptureQueriesContext(connection) as many:
        site.get(page)

    assert len(many) <= len(few) <= AROUND_EVERY_PAGE + 8


# Session, account, seat, audit, the transaction's own words, and the test client leaving and entering its scope.
AROUND_EVERY_PAGE = 9


def test_a_manager_changes_hours_and_role(site, manager):
    worker = MembershipFactory()
    page = f"/team/members/{worker.pk}/"
    assert site.get(page).status_code == 200

    site.post(page, {"role": LW, "hours_per_week": "18", "job_title": "Senior"})
    worker.refresh_from_db()
    assert (worker.hours_per_week, worker.job_title) == (18, "Senior")
    site.post(page, {"role": COM})

    assert Membership.objects.get(account=worker.account, ended_on=None).role == COM
    assert site.get(page).status_code == 404  # the old place is over


def test_ending_a_place_says_who_is_still_with_them_and_shuts_their_session(site, client_for, scheme):
    worker = EpisodeFactory().link_worker
    EpisodeFactory(link_worker=worker)
    theirs = client_for(worker)
    page = f"/team/members/{worker.pk}/end/"
    assert "2 people are with them now" in text(site.get(page))
    today = timezone.localdate()

    answer = site.post(page, {"on-day": today.day, "on-month": today.month, "on-year": today.year}, follow=True)

    assert "place is ended" in text(answer)
    assert "2 people were with" in text(site.get("/team/"))
    assert theirs.get("/more/").url.startswith("/account/login/")  # L05
    assert AuditEvent.objects.filter(event="member.ended", object_id=worker.pk).exists()


def test_a_day_in_the_past_is_refused(site, scheme):
    worker = MembershipFactory()

    answer = site.post(f"/team/members/{worker.pk}/end/", {"on-day": 1, "on-month": 1, "on-year": 2020})

    assert "must be" in text(answer)
    worker.refresh_from_db()
    assert worker.ended_on is None


def test_pages_of_members_out_of_ones_right_are_absent(client_for, manager, other_scheme):
    with in_scheme(other_scheme):
        theirs = MembershipFactory()
    admin, worker = MembershipFactory(role=ADM), MembershipFactory()
    cases = [(manager, theirs), (manager, manager), (admin, worker)]

    for viewer, member in cases:
        for page in (f"/team/members/{member.pk}/", f"/team/members/{member.pk}/end/"):
            assert client_for(viewer).get(page).status_code == 404
            assert client_for(viewer).post(page, {"role": COM}).status_code == 404


# --- practices, agencies, programmes, settings ---


@pytest.fixture
def register(db):
    for code, name in (("P91004", "LIMELIGHT HEALTH PRACTICE"), ("P91012", "WASHWAY ROAD MEDICAL CENTRE")):
        ReferencePractice.objects.create(system=ODS, code=code, name=name, postcode="M33 7ZF")


def test_a_practice_is_found_in_the_register_and_added_with_its_code(site, register):
    found = text(site.get("/team/practices/add/?q=limelight"))
    assert "LIMELIGHT" in found and "WASHWAY" not in found
    picked = text(site.get("/team/practices/add/?q=limelight&pick=P91004"))
    assert 'value="P91004"' in picked

    form = {"name": "Limelight Practice", "code": "P91004", "postcode": "M33 7ZF", "email": "news@example.org"}
    site.post("/team/practices/add/", form)

    practice = Practice.objects.get()
    assert (practice.code_system, practice.code, practice.email) == (ODS, "P91004", "news@example.org")
    assert "In your list" in text(site.get("/team/practices/add/?q=limelight"))
    assert "is in your list already" in text(site.post("/team/practices/add/", form))


def test_a_practice_that_the_register_does_not_hold_is_typed_in(site, register):
    assert "Nothing in the register" in text(site.get("/team/practices/add/?q=zzz"))

    site.post("/team/practices/add/", {"name": "Island Surgery", "code": "W1"})

    assert Practice.objects.get().code_system == "local"


def test_a_practice_and_an_agency_are_changed(site, scheme):
    practice, agency = PracticeFactory(), AgencyFactory()

    site.post(f"/team/practices/{practice.pk}/", {"name": "New name", "email": "new@example.org"})
    site.post(f"/team/agencies/{agency.pk}/", {"name": "Housing", "kind": "council", "is_active": "on"})

    practice.refresh_from_db(), agency.refresh_from_db()
    assert (practice.name, practice.email, practice.is_active) == ("New name", "new@example.org", False)
    assert (agency.name, agency.is_active) == ("Housing", True)
    listed = text(site.get("/team/practices/"))
    assert "New name" in listed and "Takes no part" in listed


def test_an_agency_is_added(site):
    site.post("/team/agencies/add/", {"name": "Job centre", "kind": "job centre"})

    assert Agency.objects.get().name == "Job centre"


def test_programmes_are_added_and_ended_but_never_the_last(site, scheme):
    only = ProgrammeFactory()
    assert "at least one programme" in text(site.post(f"/team/programmes/{only.pk}/end/"))

    site.post(
        "/team/programmes/",
        {"name": "Green", "kind": "green", "began_on-day": 1, "began_on-month": 6, "began_on-year": 2026},
    )
    site.post(f"/team/programmes/{only.pk}/end/")

    page = text(site.get("/team/programmes/"))
    assert "Green" in page and "ended on" in page


def test_the_scheme_sets_its_words_and_its_middle(site, scheme):
    Outcode.objects.create(code="M33", latitude=53.42, longitude=-2.32)
    form = {"role_name": "community connector", "first_contact_days": "5", "phone": "0161 496 0000", "centre": "M33"}

    site.post("/team/scheme/", form)
    scheme.refresh_from_db()
    assert (scheme.role_name, scheme.first_contact_days) == ("community connector", 5)
    assert (scheme.centre_latitude, scheme.centre_longitude) == (53.42, -2.32)
    assert "not in the tables" in text(site.post("/team/scheme/", form | {"centre": "Atlantis"}))

    site.post("/team/scheme/", form | {"centre": ""})
    scheme.refresh_from_db()
    assert scheme.centre_latitude == 53.42  # an empty box leaves it as it is


def test_se2_managers_see_the_matrix_that_the_product_reads(client_for, scheme):
    page = text(client_for(MembershipFactory(role=IG)).get("/team/access/"))

    assert "Conversation notes" in page and "Link worker: R W caseload" in page
    assert client_for(MembershipFactory(role=LW)).get("/team/access/").status_code == 404


# --- an account's own pages, and where it works ---


def test_an_account_sees_how_it_signs_in(client_for, scheme):
    member = MembershipFactory(account__second_factor=True)

    page = text(client_for(member).get("/more/"))

    assert member.account.email in page and "Set up on" in page and scheme.name in page


def test_an_account_with_several_places_chooses_and_old_forms_are_refused(client_for, scheme, other_scheme):
    here = MembershipFactory(role=MGR)
    with in_scheme(other_scheme):
        there = MembershipFactory(role=MGR, account=here.account)
    site = client_for(here, enforce_csrf_checks=True)
    site.session["membership"]
    old = token_in(site.get("/team/invite/"))

    site.post(f"/more/where/{there.pk}/", {"csrfmiddlewaretoken": old})

    assert other_scheme.name in text(site.get("/team/"))
    late = site.post("/team/invite/", WORKER | {"csrfmiddlewaretoken": old})
    assert late.status_code == 403 and not Invitation.objects.exists()


def test_who_has_several_places_and_chose_none_is_asked_and_comes_back(client_for, scheme, other_scheme):
    here = MembershipFactory(role=MGR)
    with in_scheme(other_scheme):
        MembershipFactory(role=LW, account=here.account)
    site = client_for(here)
    session = site.session
    del session["membership"]
    session.save()

    asked = site.get("/team/")
    assert asked.url == "/more/where/?next=%2Fteam%2F"
    assert site.get("/").url == "/more/where/"
    page = text(site.get(asked.url))
    assert scheme.name in page and other_scheme.name in page
    assert site.post(f"/more/where/{here.pk}/", {"next": "/team/"}).url == "/team/"


def test_a_place_of_someone_else_or_one_that_ended_cannot_be_chosen(client_for, scheme):
    mine, theirs = MembershipFactory(), MembershipFactory(role=MGR)
    over = MembershipFactory(role=SUP, account=mine.account, ended_on=timezone.localdate())
    site = client_for(mine)

    for place in (theirs, over):
        assert site.post(f"/more/where/{place.pk}/").status_code == 404
    assert site.session["membership"] == mine.pk


def test_an_account_without_a_place_finds_its_own_page_and_nothing_else(client_for, scheme):
    gone = MembershipFactory(role=MGR, ended_on=timezone.localdate())
    site = client_for(gone)

    assert site.get("/").url == "/more/where/"
    assert "no place in a scheme" in text(site.get("/more/where/"))
    assert site.get("/team/").status_code == 404


def without_tokens(answer):
    return re.sub(r'(value="|X-CSRFToken": "|nonce=")[\w+/=-]+"', "", answer.content.decode())


def token_in(answer):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())[1]
