"""A form that is sent twice is done once. Security: Z18, Z19, Z24, R01, R02."""

import html
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import DiskFull

import linkwell.web
from linkwell.common import once
from linkwell.common.models import SentForm
from linkwell.common.once import Sending
from linkwell.connections.models import Reply
from linkwell.directory.models import InternalRemark
from linkwell.people.models import RiskStatement
from linkwell.referrals.models import Referral
from linkwell.support.models import Contact
from linkwell.team import jobs
from linkwell.team.access import LW, REF
from linkwell.web.checks import routes
from tests.factories import EpisodeFactory, MembershipFactory, ServiceFactory, in_scheme
from tests.web.test_refer import REFER, filled
from tests.web.test_reply import opened
from tests.web.test_reply import url as reply

NOW = timezone.now()
TEMPLATES = Path(linkwell.web.__file__).parent / "templates"
NOTE = "We talked about the allotment and the bus that goes there."
# Pages outside a scheme's transaction, where no form makes a record: why a second sending does no harm.
NEED_NO_KEY = {
    "home": "sends everyone on", "healthz": "reads", "more:more": "reads", "more:choose": "reads",
    "more:work_here": "chooses the same place again",
    "more:invitation": "takes up one invitation, which is then over",
    "demo:signin": "reads", "demo:sign_in_as": "signs in again", "demo_mail:list": "reads", "demo_mail:mail": "reads",
    "second_step_waits": "reads",
    "oidc_start": "goes to the other organisation", "oidc_again": "goes there", "oidc_link": "goes there",
    "oidc_callback": "a state works once", "oidc_remove": "removes what is then gone", "signed_out": "reads",
    "manual:freshness": "reads", "public:search": "reads", "public:look": "writes an address and keeps nothing",
    "public:service": "reads", "public:print": "reads", "public:thanks": "reads",
    "public:tell": "keeps what a visitor found, which counts twice at most",
    "public:change": "asks an editor, who decides",
    "confirming:text_in": "an answer to the newest question alone, which is then answered",
}  # fmt: skip


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


@pytest.fixture
def staff(client_for, worker):
    return client_for(worker)


@pytest.fixture
def episode(worker):
    return EpisodeFactory(link_worker=worker)


def keys_in(page):
    return re.findall(r'name="once" value="([^"]+)"', page.content.decode())


def spoken(episode, **changed):
    return {"reached": "yes", "mode": "phone", "note": NOTE, "minutes": "20", **changed}


def log(staff, episode, **fields):
    return staff.post(reverse("people:log", args=[episode.person_id]), fields)


def test_every_form_of_a_page_has_a_key_of_its_own(staff, episode):
    page = staff.get(reverse("people:person", args=[episode.person_id]))

    keys = keys_in(page)
    assert len(keys) == len(set(keys)) == page.content.decode().count("csrfmiddlewaretoken") > 3
    assert min(map(len, keys)) >= 22  # 128 bits


def test_Z18_every_form_that_is_sent_has_the_key_in_its_template():
    forms = [
        (str(file.name), form)
        for file in (*TEMPLATES.rglob("*.jinja"), *TEMPLATES.rglob("*.html"))
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', file.read_text(), re.S)
    ]
    without = [
        name
        for name, form in forms
        if name != "_box.jinja" and not re.search(r"\{\{ ?(csrf_input|csrf|input) ?\}\}", form)
    ]

    # _box.jinja: the public's search, which keeps nothing and is the same for everyone, so that caches may hold it
    assert len(forms) > 60
    assert not without, f"These forms lack {{{{ csrf_input }}}}, which carries the key of a form: {without}"


def test_Z18_every_page_that_can_change_something_answers_a_form_once():
    unkeyed = {
        name for _, name, view in routes() if hasattr(view, "policy") and not getattr(view, "answers_once", False)
    }

    new = {name for name in unkeyed if not name.startswith("feed:")} - set(NEED_NO_KEY)  # the feed answers GET alone
    assert not new, (
        f"{sorted(new)} stand outside `route` and `by_token`, so a form sent twice is done twice there. Use one of"
        " these, or say in NEED_NO_KEY why a second sending does no harm."
    )
    assert set(NEED_NO_KEY) <= {name for _, name, _ in routes()}


def test_Z18_a_form_delivered_five_times_makes_one_record_and_one_answer(staff, episode):
    answers = [log(staff, episode, once="a" * 22, **spoken(episode)) for _ in range(5)]

    assert Contact.objects.count() == 1
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, answers[0]["Location"])}


def test_R01_a_referral_delivered_again_after_days_is_the_same_referral(client_for, scheme):
    rana = client_for(MembershipFactory(role=REF))
    sent = filled(once="r" * 22)
    first = rana.post(REFER, sent)
    SentForm.objects.update(at=NOW - timedelta(days=29))

    again = rana.post(REFER, sent)

    assert Referral.objects.count() == 1
    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"])


def test_R01_after_thirty_days_the_referral_itself_still_knows_its_submission(client_for, scheme):
    rana = client_for(MembershipFactory(role=REF))
    sent = filled(once="r" * 22)
    first = rana.post(REFER, sent)
    SentForm.objects.all().delete()

    assert rana.post(REFER, sent)["Location"] == first["Location"]
    assert Referral.objects.count() == 1


def test_Z19_the_same_key_with_other_words_is_refused_and_the_first_stays(staff, episode):
    first = log(staff, episode, once="b" * 22, **spoken(episode))

    answer = log(staff, episode, once="b" * 22, **spoken(episode, note="Something else <b>altogether</b> was said."))

    assert answer.status_code == 422
    assert [row.note for row in Contact.objects.all()] == [NOTE]
    page = answer.content.decode()
    assert "is kept as it was" in page and f'href="{first["Location"]}"' in page
    assert "Something else &lt;b&gt;altogether" in page and "<b>altogether" not in page


def test_Z19_what_was_refused_can_be_sent_as_something_new(staff, episode):
    log(staff, episode, once="b" * 22, submission_key=str(uuid4()), **spoken(episode))
    fields = spoken(episode, note="A second talk on the same afternoon.", submission_key=str(uuid4()))
    page = log(staff, episode, once="b" * 22, **fields).content.decode()

    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    texts = {name: text.strip() for name, text in re.findall(r'<textarea[^>]*name="([\w-]+)"[^>]*>([^<]*)<', page)}
    assert hidden["once"] != "b" * 22 and hidden["submission_key"] != fields["submission_key"]
    assert log(staff, episode, **hidden, **texts).status_code == 302
    assert Contact.objects.count() == 2


def test_R02_a_referral_s_key_with_another_person_is_refused_and_changes_nothing(client_for, scheme):
    rana = client_for(MembershipFactory(role=REF))
    rana.post(REFER, filled(once="r" * 22))

    answer = rana.post(REFER, filled(once="r" * 22, given_name="Bea"))

    assert answer.status_code == 422
    assert Referral.objects.get().person.given_name == "Ada"


def test_a_form_shown_again_keeps_its_key_and_may_be_sent_with_other_words(staff, episode):
    refused = log(staff, episode, once="c" * 22, **spoken(episode, minutes="many"))
    assert refused.status_code == 200 and set(keys_in(refused)) == {"c" * 22}
    assert not SentForm.objects.exists()

    assert log(staff, episode, once="c" * 22, **spoken(episode)).status_code == 302
    assert Contact.objects.count() == 1


def test_what_is_refused_leaves_no_key(staff, episode, client_for):
    stranger = client_for(MembershipFactory(role=LW))

    assert log(stranger, episode, once="d" * 22, **spoken(episode)).status_code == 404
    assert not SentForm.objects.exists()


def test_a_key_is_its_sender_s_and_its_address_s_own(staff, episode, worker, client_for):
    log(staff, episode, once="e" * 22, **spoken(episode))
    other = EpisodeFactory(link_worker=worker)
    log(staff, other, once="e" * 22, **spoken(other))
    colleague = MembershipFactory(role=LW)
    theirs = EpisodeFactory(link_worker=colleague)
    log(client_for(colleague), theirs, once="e" * 22, **spoken(theirs))

    assert Contact.objects.count() == 3


def test_two_people_who_send_the_same_key_to_one_address_are_both_kept(staff, worker, client_for):
    remark = reverse("directory:remark", args=[ServiceFactory().pk])
    colleague = client_for(MembershipFactory(role=LW))
    for client, text in ((staff, "Ring twice"), (colleague, "The door is at the back")):
        client.post(remark, {"once": "k" * 22, "remark-text": text})

    assert InternalRemark.objects.count() == 2


def test_nothing_typed_is_in_what_is_kept(staff, episode):
    log(staff, episode, once="f" * 22, **spoken(episode))

    kept = repr(SentForm.objects.values().get())
    assert NOTE not in kept and "f" * 22 not in kept and "phone" not in kept


def test_Z24_the_same_words_from_a_page_loaded_anew_are_kept_once(staff, episode):
    log(staff, episode, once="g" * 22, **spoken(episode))

    again = staff.post(
        reverse("people:log", args=[episode.person_id]), {"once": "h" * 22, **spoken(episode)}, follow=True
    )

    assert Contact.objects.count() == 1
    assert "You sent exactly this at" in again.content.decode()


def test_the_same_words_after_something_else_are_a_new_act(staff, episode):
    def say(key, **risk):
        staff.post(reverse("people:risks", args=[episode.person_id]), {"once": key * 22, **risk})

    dog = {"risk-risk": "some", "risk-risk_text": "The dog bites: ring before you go."}
    say("i", **dog)
    say("j", **{"risk-risk": "none"})
    say("k", **dog)

    assert [row.text for row in RiskStatement.objects.filter(ended_at=None)] == [dog["risk-risk_text"]]


def test_two_taps_on_two_pages_are_two_attempts(staff, episode):
    for key in ("l" * 22, "m" * 22):
        staff.post(reverse("people:attempt", args=[episode.person_id]), {"once": key, "submission_key": str(uuid4())})

    assert Contact.objects.count() == 2


def test_the_same_words_much_later_are_a_new_record(staff, episode):
    log(staff, episode, once="n" * 22, **spoken(episode))
    SentForm.objects.update(at=NOW - timedelta(minutes=11))
    log(staff, episode, once="o" * 22, **spoken(episode))

    assert Contact.objects.count() == 2


def test_Z18_an_answer_of_a_group_that_arrives_twice_is_one_answer(story, client):
    story.refer()
    opened(client)
    sent = {"answer": "yes", "text": "Come to the side door on Thursday.", "answered_by": "Jo", "once": "s" * 22}

    answers = [client.post(reply("referral"), sent) for _ in range(3)]

    assert Reply.objects.count() == 1
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, reply("referral"))}
    assert client.post(reply("referral"), {**sent, "answer": "ring"}).status_code == 422
    assert Reply.objects.count() == 1


def test_an_answer_that_gives_a_browser_its_cookie_is_not_kept(story, client):
    story.refer()

    for _ in range(2):
        assert client.post(reply("send_code"), {"once": "t" * 22}).cookies["linkwell-reply"].value
    assert not SentForm.objects.exists()


def test_keys_are_forgotten_after_thirty_days_and_not_before(scheme):
    for days, key in ((31, "old"), (29, "new")):
        once.claim(Sending(key, "account 1", "/", "", has_words=False), at=NOW - timedelta(days=days))

    assert once.forget_old(scheme_id=scheme.pk, at=NOW) == 1
    assert SentForm.objects.count() == 1


def test_the_nightly_job_forgets_old_keys_in_every_scheme(cloned_database, scheme):
    with in_scheme(scheme):
        once.claim(Sending("old", "account 1", "/", "", has_words=False), at=NOW - timedelta(days=31))
    jobs.forget_old_sendings(scheme_id=scheme.pk)
    with in_scheme(scheme):
        assert not SentForm.objects.exists()


def test_a_key_of_one_scheme_says_nothing_in_another(scheme, foreign_scheme):
    sending = Sending("q" * 22, "account 1", "/", "", has_words=False)
    once.claim(sending, at=NOW)
    with in_scheme(foreign_scheme):
        assert isinstance(once.claim(sending, at=NOW), int)


@pytest.fixture
def away(monkeypatch):
    """A function after whose call the database is gone, until `back()`."""

    class Away:
        def __call__(self, client):
            client.raise_request_exception = False

            def gone(*args, **kwargs):
                raise OperationalError("server closed the connection")

            monkeypatch.setattr("linkwell.web.policy.seat_of", gone)

        def back(self):
            monkeypatch.undo()

    return Away()


def fields_of(page):
    """Return what the form on a page would send, as a browser does."""
    form = re.search(r'<form method="post".*?</form>', page, re.S)[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n([^<]*)</textarea>', form)
    sent = {}
    for name, value in [*hidden, *texts]:
        sent.setdefault(name, []).append(html.unescape(value))
    return sent


def test_Z10_what_was_typed_while_the_database_is_away_is_sent_from_the_503_page_when_it_is_back(
    client_for, scheme, away
):
    rana = client_for(MembershipFactory(role=REF), enforce_csrf_checks=True)
    form = rana.get(REFER).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    key = re.search(r'name="once" value="([^"]+)"', form)[1]
    sent = filled(once=key, csrfmiddlewaretoken=token, reason='She said "never <again>" & meant it, I think')
    away(rana)
    answer = rana.post(REFER, sent)

    page = answer.content.decode()
    again = fields_of(page)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store") and answer["Retry-After"]
    assert "never &lt;again&gt;&#34; &amp; meant" in page and f'action="{REFER}"' in page
    assert again["once"] == [key] and again["ways"] == ["phone", "post"] and again["born_on-day"] == ["15"]
    away.back()
    assert rana.post(REFER, again).status_code == 302
    assert Referral.objects.get().reason == sent["reason"]
    assert rana.post(REFER, again).status_code == 302 and Referral.objects.count() == 1


@pytest.mark.parametrize("where", ["linkwell.web.policy.seat_of", "linkwell.web.signin.sessions.SessionStore.load"])
def test_Z10_what_another_site_sent_is_not_offered_to_be_sent_again(client_for, scheme, monkeypatch, where):
    rana = client_for(MembershipFactory(role=REF), enforce_csrf_checks=True)
    rana.get(REFER)
    rana.raise_request_exception = False

    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(where, gone)
    answer = rana.post(REFER, filled(once="k" * 22), headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code in (403, 503)
    assert "<form" not in answer.content.decode()


def test_Z10_a_password_or_a_code_is_never_on_the_503_page(client_for, scheme, away):
    client = client_for(MembershipFactory(role=LW))
    away(client)
    sent = {"oldpassword": "my own long pass phrase, spoken", "code": "1234 5678", "note": "Words that somebody typed"}
    page = client.post("/team/invite/", sent).content.decode()

    assert "pass phrase" not in page and "1234" not in page and "<form" not in page
    assert "Words that somebody typed" in page


def test_Z13_a_full_disk_has_a_page_of_its_own_and_the_operator_is_told(client_for, scheme, monkeypatch, caplog):
    def full(*args, **kwargs):
        raise OperationalError("could not extend file") from DiskFull("could not extend file")

    rana = client_for(MembershipFactory(role=REF))
    monkeypatch.setattr("linkwell.web.refer.views.receive_referral", full)
    answer = rana.post(REFER, filled(once="u" * 22, reason="She has not been out of the house."))

    page = answer.content.decode()
    assert answer.status_code == 507 and answer["Retry-After"]
    assert "The disk that Linkwell keeps its data on is full" in page and "not been out of the house" in page
    assert "The disk of the database is full" in caplog.text
