"""L11: signing in with another organisation, against a provider that misbehaves in every way it can."""

import base64
import html
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from linkwell.team import actions
from linkwell.team.access import LW, MGR
from linkwell.team.actions import OutsideIdentity
from linkwell.team.models import Account, Identity, Membership
from linkwell.team.rules import Place
from linkwell.web.signin.outside import provider
from tests import mails
from tests.codes import code_now
from tests.factories import TOTP_SECRET, AccountFactory, MembershipFactory
from tests.fixtures import ProductClient
from tests.web.fake_oidc import CLIENT, SECRET, fake_provider

STAFF_PAGE, AUTHENTICATE = "/more/", "/account/2fa/authenticate/"


@pytest.fixture(autouse=True)
def no_traces_of_other_tests(db):
    cache.clear()
    provider.forget()


@pytest.fixture
def outside(settings):
    with fake_provider() as fake:
        settings.LINKWELL_OIDC = {
            "issuer": fake.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Care Identity",
            "assurance_claim": "acr", "assurance_values": ("aal2", "3"),
        }  # fmt: skip
        yield fake


@pytest.fixture
def asha(scheme, outside):
    """A member with a second step of her own, whose account the identity sub-asha opens."""
    member = MembershipFactory(role=LW, account__email="asha@example.org", account__second_factor=True)
    identity = OutsideIdentity(outside.issuer, "sub-asha")
    actions.link_identity(account=member.account, identity=identity, at=timezone.now())
    return member


def leave(browser, path="/outside/", **data):
    """Press the button; return the provider's address that the page leads to."""
    page = browser.post(path, data).content.decode()
    return html.unescape(re.search(r'content="0; url=([^"]+)"', page)[1])


def answer_of(address):
    """Sign in at the provider; return the path with which the browser comes back."""
    where = httpx.get(address, trust_env=False).headers["Location"]
    return where.partition("localhost:8000")[2]


def sign_in(browser, **data):
    return browser.get(answer_of(leave(browser, **data)))


def is_in(browser):
    return browser.get(STAFF_PAGE).status_code == 200


def refused(answer):
    page = answer.content.decode()
    return answer.status_code in (400, 403) and ("did not work" in page or "no account here" in page)


# --- the right way ---


def test_SE4_a_linked_identity_signs_in_and_our_own_second_step_follows(client, asha):
    answer = sign_in(client)

    assert answer.url == AUTHENTICATE and not is_in(client)
    client.post(AUTHENTICATE, {"code": code_now(TOTP_SECRET)})
    assert is_in(client)


@pytest.mark.parametrize(("said", "opens"), [("aal2", True), ("3", True), (3, True), ("aal1", False), (True, False)])
def test_L11_the_providers_own_second_step_counts_only_at_the_values_that_are_set(client, outside, asha, said, opens):
    outside.id_token = {"acr": said}

    sign_in(client)

    assert is_in(client) is opens


def test_L11_without_a_setting_no_claim_counts(client, outside, asha, settings):
    settings.LINKWELL_OIDC = {**settings.LINKWELL_OIDC, "assurance_claim": "", "assurance_values": ()}
    outside.id_token = {"acr": "aal2"}

    assert sign_in(client).url == AUTHENTICATE


def test_another_kind_of_key_signs_as_well(client, outside, asha):
    outside.sign = "es256"

    assert sign_in(client).url == AUTHENTICATE


def test_L04_signing_in_from_outside_gives_a_new_session_id(client, outside, asha):
    outside.id_token = {"acr": "aal2"}
    address = leave(client)
    before = client.session.session_key

    client.get(answer_of(address))

    assert is_in(client) and client.session.session_key != before


def test_keys_that_were_changed_meanwhile_are_fetched_anew(client, outside, asha):
    sign_in(client)
    outside.kid = "two"

    assert sign_in(ProductClient()).url == AUTHENTICATE


def test_what_is_asked_of_the_provider(client, outside, asha):
    leave_address = leave(client)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(leave_address).query).items()}

    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43
    assert asked["redirect_uri"] == "http://localhost:8000/outside/callback/"
    assert asked["scope"].split()[0] == "openid" and SECRET not in leave_address


def test_the_sign_in_page_offers_it_only_where_it_is_set_up(client, outside, settings):
    assert "Sign in with Care Identity" in client.get("/account/login/").content.decode()

    settings.LINKWELL_OIDC = None
    assert "Care Identity" not in client.get("/account/login/").content.decode()
    assert client.post("/outside/").url == client.get("/outside/callback/").url == "/account/login/"


# --- tokens that prove nothing ---

WRONG_CLAIMS = {
    "wrong nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another client"},
    "no audience": {"aud": None},
    "several audiences without azp": {"aud": [CLIENT, "another"]},
    "azp of another client": {"azp": "another"},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "from the future": {"iat": int(time.time()) + 3600},
    "issued long ago": {"iat": int(time.time()) - 7200},
    "not yet valid": {"nbf": int(time.time()) + 3600},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "a subject that is a list": {"sub": ["sub-asha"]},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_L11_a_token_with_a_wrong_claim_opens_nothing(client, outside, asha, claims):
    outside.id_token = claims

    assert refused(sign_in(client)) and not is_in(client)
    assert client.get(AUTHENTICATE).url == "/account/login/"


@pytest.mark.parametrize("way", ["none", "hs256", "other_key"])
def test_L11_a_token_that_the_provider_did_not_sign_opens_nothing(client, outside, asha, way):
    outside.sign = way

    assert refused(sign_in(client))
    assert client.get(AUTHENTICATE).url == "/account/login/"


def test_L11_several_audiences_are_fine_where_the_token_says_it_is_for_us(client, outside, asha):
    outside.id_token = {"aud": [CLIENT, "another"], "azp": CLIENT}

    assert sign_in(client).url == AUTHENTICATE


def test_L11_what_user_info_says_is_not_even_asked(client, outside, asha):
    sign_in(client)

    assert outside.user_info_asked == 0


ANSWERS = {
    "an error": (400, {"error": "invalid_grant"}),
    "a fault": (500, {}),
    "no token": (200, {"access_token": "at"}),
    "not a token": (200, {"id_token": "abc"}),
    "a number for a token": (200, {"id_token": 7}),
    "an empty token": (200, {"id_token": ""}),
    "a huge answer": (200, {"id_token": "a" * 700_000}),
    "a redirect": (302, {}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_L11_a_token_endpoint_that_fails_lands_on_a_plain_page(client, outside, asha, answer):
    outside.token_answer = answer

    assert refused(sign_in(client)) and not is_in(client)


def test_L11_a_provider_that_does_not_answer_in_time_lands_on_a_plain_page(client, outside, asha, monkeypatch):
    path = answer_of(leave(client))
    outside.silent = True
    monkeypatch.setattr(provider, "TIMEOUT_SECONDS", 0.2)

    assert refused(client.get(path))


def test_L11_a_provider_that_is_away_lands_on_a_plain_page(client, settings, scheme):
    settings.LINKWELL_OIDC = {
        "issuer": "http://127.0.0.1:9", "client_id": CLIENT, "client_secret": SECRET, "name": "Care Identity",
    }  # fmt: skip

    assert refused(client.post("/outside/"))


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_L11_a_discovery_that_is_not_of_this_issuer_or_not_over_tls_is_refused(client, outside, asha, published):
    outside.discovery = published

    assert refused(client.post("/outside/"))


# --- states: for one browser, once, in time ---


def test_L11_a_state_works_once(client, outside, asha):
    path = answer_of(leave(client))
    client.get(path)

    assert refused(client.get(path))


def test_L11_a_state_works_once_also_with_a_fresh_code(client, outside, asha):
    address = leave(client)
    first, second = answer_of(address), answer_of(address)
    assert client.get(first).url == AUTHENTICATE

    assert refused(client.get(second))


def test_L11_a_state_that_failed_is_used_up_too(client, outside, asha):
    outside.id_token = {"nonce": "x"}
    path = answer_of(leave(client))
    client.get(path)
    outside.id_token = {}

    assert refused(client.get(path))


def test_L11_the_answer_to_another_browser_is_refused(client, outside, asha):
    """Somebody sends a victim their own answer, so that the victim works in their account: or a thief a stolen one."""
    path = answer_of(leave(ProductClient()))

    assert refused(client.get(path)) and not is_in(client)
    leave(client)  # also with a try of one's own begun
    assert refused(client.get(path))
    assert len(outside.codes) == 1  # it is not even taken to the provider


def test_L11_a_code_swapped_into_ones_own_try_is_refused(client, outside, asha):
    stolen = parse_qs(urlsplit(answer_of(leave(ProductClient()))).query)["code"][0]
    mine = parse_qs(urlsplit(leave(client)).query)["state"][0]

    assert refused(client.get("/outside/callback/", {"code": stolen, "state": mine}))


def test_L11_the_token_of_another_try_is_refused_though_rightly_signed(client, outside, asha):
    first, second = leave(client), leave(client)
    old = parse_qs(urlsplit(first).query)["nonce"][0]
    outside.id_token = {"nonce": old}

    assert refused(client.get(answer_of(second)))


@pytest.mark.parametrize("shift", [601, -5])
def test_L11_L06_an_answer_out_of_time_is_refused(client, outside, asha, monkeypatch, shift):
    path = answer_of(leave(client))
    now = time.time()
    monkeypatch.setattr("linkwell.web.signin.outside.flow.time.time", lambda: now + shift)

    assert refused(client.get(path))


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?error=access_denied", "?code=x&state=%00", "?state[]=x"]
)
def test_L11_answers_that_belong_to_nothing_land_on_the_plain_page(client, outside, asha, query):
    assert refused(client.get(f"/outside/callback/{query}"))


def test_L11_a_refusal_there_is_a_refusal_here(client, outside, asha):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]

    assert refused(client.get("/outside/callback/", {"error": "access_denied", "state": state, "code": "x"}))


def test_L11_an_answer_that_names_another_issuer_is_refused(client, outside, asha):
    outside.sends_iss = "https://evil.example"

    assert refused(sign_in(client))


def test_L11_a_provider_that_always_names_itself_must_do_so(client, outside, asha):
    outside.discovery = {"authorization_response_iss_parameter_supported": True}
    assert refused(sign_in(client))

    outside.sends_iss = outside.issuer
    assert sign_in(ProductClient()).url == AUTHENTICATE


def test_L10_going_there_needs_a_form_of_ours(outside, asha):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post("/outside/").status_code == 403
    assert browser.get("/outside/").url == "/account/login/"


# --- linking: never by an address ---


def test_L11_an_unlinked_identity_with_the_address_of_an_account_opens_nothing(client, outside, scheme):
    MembershipFactory(role=MGR, account__email="asha@example.org")
    for verified in (True, False):
        outside.id_token = {"email_verified": verified}
        assert refused(sign_in(client)) and not is_in(client)

    assert not Identity.objects.exists() and Account.objects.count() == 1


def test_L11_another_subject_with_the_same_address_opens_nothing(client, outside, asha):
    outside.subject = "sub-somebody-else"

    assert refused(sign_in(client)) and client.get(AUTHENTICATE).url == "/account/login/"


def test_L11_the_same_subject_of_another_issuer_opens_nothing(client, outside, asha, settings):
    with fake_provider() as other:
        other.subject = "sub-asha"
        settings.LINKWELL_OIDC = {**settings.LINKWELL_OIDC, "issuer": other.issuer}

        assert refused(sign_in(client))


def test_L11_nobody_signs_up_from_outside_without_an_invitation(client, outside, scheme):
    answer = sign_in(client)

    assert "Accounts are made by invitation" in answer.content.decode()
    assert not Account.objects.exists() and not Identity.objects.exists()


def test_L05_L11_a_suspended_account_is_as_unknown(client, outside, asha):
    Account.objects.update(is_active=False)

    assert refused(sign_in(client))


def fresh(browser, age=0):
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time() - age}]
    session.save()
    return browser


def test_an_account_links_the_identity_that_is_shown_and_hears_of_it(client_for, outside, scheme):
    member = MembershipFactory(role=LW, account__second_factor=True)
    browser = fresh(client_for(member))

    answer = browser.get(answer_of(leave(browser, "/outside/link/")))

    assert answer.url == "/more/"
    assert Identity.objects.get(account=member.account).subject == "sub-asha"
    assert mails.queued() == [(member.account_id, mails.AccountMail.OUTSIDE_LINKED)]
    assert "Care Identity opens your account" in browser.get("/more/").content.decode()


def test_L11_linking_needs_the_second_step_shown_just_now(client_for, outside, scheme):
    browser = fresh(client_for(MembershipFactory(role=LW, account__second_factor=True)), age=400)

    assert browser.post("/outside/link/").url.startswith("/account/2fa/reauthenticate/")


def test_L11_an_identity_of_one_account_is_not_taken_by_another(client_for, outside, asha):
    browser = fresh(client_for(MembershipFactory(role=LW, account__second_factor=True)))

    answer = browser.get(answer_of(leave(browser, "/outside/link/")))

    assert answer.status_code == 400 and "opens another account" in answer.content.decode()
    assert Identity.objects.get().account == asha.account


def test_L11_a_link_begun_in_one_account_does_not_end_in_another(client_for, outside, scheme):
    one, two = (MembershipFactory(role=LW, account__second_factor=True) for _ in range(2))
    browser = fresh(client_for(one))
    path = answer_of(leave(browser, "/outside/link/"))
    tries = browser.session["outside_tries"]
    other = client_for(two)
    session = other.session
    session["outside_tries"] = tries
    session.save()

    assert refused(other.get(path)) and not Identity.objects.exists()


def test_an_identity_is_removed_where_a_password_is_left(client_for, asha, outside):
    browser = fresh(client_for(asha))

    browser.post("/outside/remove/")

    assert not Identity.objects.exists()


def test_the_only_way_in_is_not_removed(client_for, asha, outside):
    asha.account.set_unusable_password()
    asha.account.save()
    browser = fresh(client_for(asha))

    answer = browser.post("/outside/remove/")

    assert "only way into your account" in answer.content.decode() and Identity.objects.exists()


# --- invitations ---


@pytest.fixture
def invited(scheme, outside):
    manager = MembershipFactory(role=MGR)
    place = Place(role=LW)
    return actions.invite(email="asha@example.org", name="Asha", place=place, by=manager, at=timezone.now())


def test_who_is_invited_joins_from_outside_without_a_password(client, outside, invited):
    answer = client.get(answer_of(leave(client, f"{invited.url_path}outside/")))

    account = Account.objects.get(email="asha@example.org")
    assert answer.status_code == 302 and not account.has_usable_password()
    assert Identity.objects.get(account=account).subject == "sub-asha"
    assert Membership.objects.get(account=account).role == LW
    assert client.get(STAFF_PAGE).url == "/account/2fa/totp/activate/"  # a second step of our own, for none counted


def test_who_joined_from_outside_with_a_second_step_that_counts_is_in(client, outside, invited):
    outside.id_token = {"acr": "aal2"}
    client.get(answer_of(leave(client, f"{invited.url_path}outside/")))

    assert is_in(client)
    assert client.get("/account/password/set/").url == "/account/2fa/totp/activate/"


def test_K06_L11_an_invitation_is_not_taken_up_from_outside_before_its_mailbox_was_shown(
    client, outside, invited, settings
):
    settings.SMTP = "smtp://localhost"

    answer = client.get(answer_of(leave(client, f"{invited.url_path}outside/")))

    assert answer.status_code == 400 and not Account.objects.filter(email="asha@example.org").exists()


def test_L11_an_invitation_never_links_an_account_that_exists(client, outside, invited):
    account = AccountFactory(email="asha@example.org")

    answer = client.get(answer_of(leave(client, f"{invited.url_path}outside/")))

    assert "already have a sign-in" in answer.content.decode()
    assert not Identity.objects.exists() and not account.memberships.exists()


def test_L11_an_identity_that_opens_an_account_makes_no_second_one(client, outside, asha, scheme):
    made = actions.invite(
        email="new@example.org", name="", place=Place(role="COM"), by=MembershipFactory(role=MGR), at=timezone.now()
    )

    answer = client.get(answer_of(leave(client, f"{made.url_path}outside/")))

    assert "opens another account" in answer.content.decode()
    assert not Account.objects.filter(email="new@example.org").exists()


# --- showing oneself again, next, signing out ---


@pytest.fixture
def without_step(scheme, outside):
    member = MembershipFactory(role=MGR, account__email="bo@example.org")
    identity = OutsideIdentity(outside.issuer, "sub-bo")
    actions.link_identity(account=member.account, identity=identity, at=timezone.now())
    outside.subject, outside.id_token = "sub-bo", {"acr": "aal2"}
    return member


def stale(browser):
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 400
    session.save()


def test_who_has_only_the_outside_step_shows_it_again_for_what_needs_it_fresh(client, outside, without_step):
    worker = MembershipFactory(role=LW, account__second_factor=True)
    page = f"/team/members/{worker.pk}/reset/"
    sign_in(client)
    assert client.get(page).status_code == 200
    stale(client)
    where = client.get(page).url
    assert where.startswith("/outside/again/?next=")

    address = leave(client, "/outside/again/", next=page)
    assert "prompt=login" in address and "max_age=0" in address
    assert client.get(answer_of(address)).url == page
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"acr": "aal2", "auth_time": int(time.time()) - 3600}, {"acr": "aal2", "auth_time": None}, {"acr": "aal1"}],
    ids=["not shown anew", "does not say when", "not enough"],
)
def test_L11_an_old_showing_is_not_a_new_one(client, outside, without_step, claims):
    sign_in(client)
    stale(client)
    outside.id_token = claims

    assert refused(client.get(answer_of(leave(client, "/outside/again/", next="/more/"))))
    assert client.post("/outside/link/").url.startswith("/outside/again/")


def test_L11_another_identity_does_not_show_this_account_again(client, outside, without_step):
    sign_in(client)
    stale(client)
    outside.subject = "sub-somebody"

    assert refused(client.get(answer_of(leave(client, "/outside/again/"))))


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_L09_coming_back_from_outside_leads_nowhere_else(client, outside, without_step, where):
    assert sign_in(client, next=where).url == "/"


def test_coming_back_leads_to_the_page_one_wanted(client, outside, without_step):
    assert sign_in(client, next="/team/").url == "/team/"


def test_signing_out_ends_ours_and_offers_the_end_of_theirs(client, outside, without_step):
    sign_in(client)

    page = client.post("/account/logout/", follow=True)

    assert not is_in(client)
    assert f"{outside.issuer}/end?" in page.content.decode()


def test_K03_neither_code_nor_state_stands_in_a_log_line():
    from linkwell.web.logs import hidden

    line = hidden("GET /outside/callback/?code=abc123&state=def456&iss=x HTTP/1.1")

    assert "abc123" not in line and "def456" not in line and "/outside/callback/" in line


def test_the_fake_provider_can_be_believed(outside):
    """Its tokens are real ones: the control of every refusal above."""
    token = outside.signed(outside.claims({"sub": "x", "nonce": "n"}))
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert head == {"alg": "RS256", "kid": "one", "typ": "JWT"} and len(token.split(".")) == 3
