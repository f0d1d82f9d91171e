"""Magic links under abuse: scanners, forwarding, leaks, guessing. Section 4 of the security reference, K01 to K06."""

import io
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.conf import settings as django_settings
from django.db import connection as database
from django.utils import timezone
from django.utils.module_loading import import_string

from linkwell.common.models import AuditEvent
from linkwell.connections import actions
from linkwell.connections.models import Connection, ConnectionEvent, Reply, SharePacket
from linkwell.messages.models import Message
from linkwell.people.models import Consent
from linkwell.support.models import Task
from linkwell.team import tokens
from linkwell.team.models import OneTimeCode, Token
from linkwell.web.logs import hidden
from tests.factories import EpisodeFactory, in_scheme
from tests.fixtures import ProductClient
from tests.story import NOW, link, secret

CANARIES = ("Ada", "Adelaide", "Example", "07700", "ada@example.org", "Woodside", "Company on Thursdays", "loneliness")


class Page(HTMLParser):
    """What a scanner sees of a page: addresses, and forms with their fields and buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.forms: list[dict] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.addresses += [found[name] for name in ("href", "src", "action", "hx-get", "hx-post") if found.get(name)]
        if tag == "form":
            self.forms.append({"action": found.get("action", ""), "method": found.get("method", "get"), "fields": {}})
        elif tag in ("input", "button", "textarea", "select") and found.get("name") and self.forms:
            self.forms[-1]["fields"].setdefault(found["name"], found.get("value") or "12345678")


class Scanner:
    """A mail filter that opens everything, follows everything and presses everything, again and again."""

    def __init__(self) -> None:
        self.client = ProductClient(enforce_csrf_checks=True)
        self.seen: list[str] = []
        self.tried: set[tuple[str, str]] = set()

    def visit(self, address: str, depth: int = 5) -> None:
        if depth == 0 or not address.startswith("/r/"):
            return
        for method in ("HEAD", "OPTIONS", "GET"):
            answer = getattr(self.client, method.lower())(address, follow=True)
            self.seen.append(answer.content.decode())
        page, here = Page(self.seen[-1]), answer.request["PATH_INFO"]
        for found in page.addresses:
            if ("GET", urljoin(here, found)) not in self.tried:
                self.tried.add(("GET", urljoin(here, found)))
                self.visit(urljoin(here, found), depth - 1)
        for form in page.forms:
            self.press(urljoin(here, form["action"] or here), form["fields"], depth)

    def press(self, address: str, fields: dict[str, str], depth: int) -> None:
        if ("POST", address) in self.tried:
            return
        self.tried.add(("POST", address))
        answer = self.client.post(address, fields, follow=True)
        self.seen.append(answer.content.decode())
        self.visit(answer.request["PATH_INFO"], depth - 1)


def record_of(story) -> dict[str, list]:
    """Everything that stands about the connection, but for the codes that were asked for."""
    return {
        "connections": list(Connection.objects.order_by("pk").values()),
        "events": list(ConnectionEvent.objects.order_by("pk").values()),
        "packets": list(SharePacket.objects.order_by("pk").values()),
        "replies": list(Reply.objects.values()),
        "tasks": list(Task.objects.values()),
        "consents": list(Consent.objects.order_by("pk").values()),
        "links": list(Token.objects.order_by("pk").values()),
        "reads": list(AuditEvent.objects.filter(event="share.read").values()),
        "people": [story.person.pk],
    }


def test_K01_a_scanner_that_opens_follows_and_presses_changes_nothing_and_sees_nobody(story):
    story.refer()
    before = record_of(story)

    for _ in range(2):
        scanner = Scanner()
        scanner.visit(f"/r/{secret()}/")
        scanner.visit(f"/r/{secret()}/referral/")
        assert len(scanner.seen) > 4
        assert any(method == "POST" for method, _address in scanner.tried)
        for page in scanner.seen:
            for canary in CANARIES:  # as a word: three letters also come up in a form's random token
                assert not re.search(rf"\b{re.escape(canary)}\b", page), canary

    assert record_of(story) == before
    assert not OneTimeCode.objects.exclude(redeemed_at=None).exists()


def test_K01_after_the_scanner_the_group_still_gets_in(story):
    story.refer()
    Scanner().visit(f"/r/{secret()}/")
    group = ProductClient(enforce_csrf_checks=True)
    front = group.get(f"/r/{secret()}/").content.decode()
    form = Page(front).forms[-1]
    group.post(form["action"], form["fields"])
    page = Page(group.get(f"/r/{secret()}/code/").content.decode())
    typed = page.forms[0]["fields"] | {"code": tokens.code_of(OneTimeCode.objects.latest("pk"))}
    answer = group.post(f"/r/{secret()}/code/", typed, follow=True)
    assert "Company on Thursdays" in answer.content.decode()


def test_K01_a_press_without_the_pages_own_token_is_refused(story):
    story.refer()
    client = ProductClient(enforce_csrf_checks=True)
    assert client.post(f"/r/{secret()}/send-code/").status_code == 403
    assert not OneTimeCode.objects.exists()


def test_K02_a_forwarded_link_opens_nothing_without_the_mailbox(story):
    story.refer()
    group, someone = ProductClient(), ProductClient()
    group.post(f"/r/{secret()}/send-code/")
    digits = tokens.code_of(OneTimeCode.objects.latest("pk"))
    group.post(f"/r/{secret()}/code/", {"code": digits})
    assert "Company on Thursdays" in group.get(f"/r/{secret()}/referral/").content.decode()

    someone.post(f"/r/{secret()}/send-code/")  # the code goes to the group's mailbox, not to them
    for client in (someone, ProductClient()):
        client.post(f"/r/{secret()}/code/", {"code": digits})
        answer = client.get(f"/r/{secret()}/referral/", follow=True)
        assert "Company on Thursdays" not in answer.content.decode()


def test_K02_a_code_read_over_a_shoulder_is_of_no_use_in_another_browser(story):
    story.refer()
    group, household = ProductClient(), ProductClient()
    group.post(f"/r/{secret()}/send-code/")
    digits = tokens.code_of(OneTimeCode.objects.latest("pk"))
    household.post(f"/r/{secret()}/send-code/")
    answer = household.post(f"/r/{secret()}/code/", {"code": digits}, follow=True)
    assert "This is not the code we sent" in answer.content.decode()
    assert household.get(f"/r/{secret()}/referral/").status_code == 302


@pytest.fixture
def log_lines():
    """What the product's own logging would write while the test runs."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    for name in django_settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(django_settings.LOGGING["filters"][name]["()"])())
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django.security.csrf", "linkwell")]
    levels = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)
    for logger, level in levels:
        logger.setLevel(level)


def test_K03_the_secret_is_in_no_log_line_whatever_goes_wrong(story, log_lines, monkeypatch):
    story.refer()
    hushed = secret()
    client = ProductClient(raise_request_exception=False)
    client.get(f"/r/{hushed}/")
    client.get(f"/r/{hushed}/nothing-here/")
    client.get(f"/r/{hushed}")
    client.put(f"/r/{hushed}/")
    ProductClient(enforce_csrf_checks=True).post(f"/r/{hushed}/send-code/")

    def breaks(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("linkwell.connections.queries.front", breaks)
    assert client.get(f"/r/{hushed}/").status_code == 500

    written = log_lines.getvalue()
    assert "Internal Server Error: /r/…/" in written  # the line is there, the secret is not
    assert hushed not in written


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GET /r/abc-DEF_1/code/ 200", "GET /r/…/code/ 200"),
        ('"http://localhost:8000/r/abc?x=1"', '"http://localhost:8000/r/…?x=1"'),
        ("Forbidden: /i/abc/", "Forbidden: /i/…/"),
        ("/people/3/ and /r/a/ and /r/b/", "/people/3/ and /r/…/ and /r/…/"),
        ("/refer/3/", "/refer/3/"),
    ],
)
def test_K03_secrets_of_addresses_are_hidden_and_the_rest_is_not(line, shown):
    assert hidden(line) == shown


def test_K03_no_page_of_a_link_leads_or_loads_from_elsewhere(story):
    story.refer()
    client = ProductClient()
    client.post(f"/r/{secret()}/send-code/")
    client.post(f"/r/{secret()}/code/", {"code": tokens.code_of(OneTimeCode.objects.latest("pk"))})
    for name in ("", "code/", "referral/"):
        page = Page(client.get(f"/r/{secret()}/{name}", follow=True).content.decode())
        outside = [address for address in page.addresses if re.match(r"(https?:)?//", address)]
        assert not outside


def test_K03_the_secret_is_in_no_row_of_the_database(story):
    story.refer()
    hushed = secret()
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(t::text, '') FROM team_token t)"
            " || (SELECT string_agg(m::text, '') FROM outbox_message m)"
            " || (SELECT string_agg(j::text, '') FROM procrastinate_jobs j)"
            " || (SELECT string_agg(a::text, '') FROM common_auditevent a)"
        )
        assert hushed not in cursor.fetchone()[0]


def test_K03_a_session_is_never_begun_by_a_link(story):
    story.refer()
    client = ProductClient()
    client.post(f"/r/{secret()}/send-code/")
    client.post(f"/r/{secret()}/code/", {"code": tokens.code_of(OneTimeCode.objects.latest("pk"))})
    client.post(f"/r/{secret()}/referral/", {"answer": "yes"})
    assert set(client.cookies) <= {"linkwell-reply", "linkwell-csrf"}
    assert client.get("/people/").status_code == 302  # to sign in


@pytest.mark.parametrize("guess", ["a", "0" * 43, "%00", "..%2F..", "x" * 5000, "' OR 1=1 --"])
def test_K04_a_guessed_link_is_as_absent_as_any_page(story, guess):
    story.refer()
    absent = ProductClient().get("/no-such-page/")
    answer = ProductClient().get(f"/r/{guess}/")
    assert answer.status_code == 404
    strip = re.compile(r'nonce="[^"]*"|csrf[^>]*')
    assert strip.sub("", answer.content.decode()) == strip.sub("", absent.content.decode())


def test_K04_a_link_made_for_something_else_opens_no_referral(story):
    story.refer()
    other = tokens.make_token(
        scheme_id=story.scheme.pk,
        purpose="listing",
        object_id=link().object_id,
        expires_at=timezone.now() + timedelta(days=1),
        at=timezone.now(),
    )
    assert ProductClient().get(f"/r/{tokens.secret_of(other)}/").status_code == 404


def test_K04_a_code_for_one_referral_opens_no_other(story):
    story.refer()
    mine = secret()
    second = EpisodeFactory(link_worker=story.asha, person__preferred_name="Somebody Else")
    actions.share_with_organisation(
        episode_id=second.pk, service_id=story.service.pk, share=story.share(), by=story.asha, at=NOW
    )
    theirs = secret()
    client = ProductClient()
    client.post(f"/r/{mine}/send-code/")
    digits = tokens.code_of(OneTimeCode.objects.latest("pk"))
    client.post(f"/r/{theirs}/code/", {"code": digits})
    assert client.get(f"/r/{theirs}/referral/").status_code == 302
    client.post(f"/r/{mine}/code/", {"code": digits})
    assert "Somebody Else" not in client.get(f"/r/{mine}/referral/").content.decode()


def test_K04_replaying_a_used_code_opens_nothing_new(story):
    story.refer()
    client = ProductClient()
    client.post(f"/r/{secret()}/send-code/")
    digits = tokens.code_of(OneTimeCode.objects.latest("pk"))
    client.post(f"/r/{secret()}/code/", {"code": digits})
    code = OneTimeCode.objects.get()
    code.redeemed_at -= timedelta(hours=2)
    code.save()
    client.post(f"/r/{secret()}/code/", {"code": digits})
    assert client.get(f"/r/{secret()}/referral/").status_code == 302


def test_K06_the_code_goes_to_the_confirmed_mailbox_alone_whatever_the_request_says(story):
    story.refer()
    ProductClient().post(
        f"/r/{secret()}/send-code/",
        {"email": "attacker@example.net", "to": "attacker@example.net", "recipient_id": "1"},
    )
    message = Message.objects.get(template="reply_code")
    assert (message.recipient_kind, message.recipient_id) == ("share", SharePacket.objects.get().pk)
    assert "attacker" not in repr(list(Message.objects.values()))


def test_K04_answers_at_the_same_moment_are_taken_one_after_the_other(cloned_database, scheme):
    from tests.story import tell

    with in_scheme(scheme):
        story = tell(scheme)
        story.refer()
        token_id = link().pk

    def one(answer: str) -> None:
        try:
            with in_scheme(scheme):
                given = actions.Answer(answer=answer, text="we are full")
                actions.answer(token_id=token_id, given=given, at=timezone.now())
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, ["yes", "no", "yes", "no"]))

    with in_scheme(scheme):
        assert Reply.objects.count() == 4
        events = list(ConnectionEvent.objects.order_by("pk").values_list("was", "now"))
        assert all(left[1] == right[0] for left, right in zip(events, events[1:], strict=False))
        assert Connection.objects.get().state == events[-1][1]
