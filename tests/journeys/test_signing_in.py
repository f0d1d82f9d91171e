"""Staff sign in with password and second step: the app's code, then a passkey, all under the security policy."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from playwright.sync_api import Page, expect

from tests import browser
from tests.codes import code_now
from tests.factories import PASSWORD, AccountFactory

pytestmark = pytest.mark.journey


@pytest.fixture
def quiet(page: Page):
    """Fail on whatever the browser complains of: a blocked script, a missing file, a fault in ours."""
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    yield
    assert [text for text in trouble if "404" not in text] == []


@pytest.fixture
def passkey_device(page: Page):
    """Give the browser a device that makes and keeps passkeys and always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_wrong_password_says_so_and_keeps_the_address(page: Page, live_site, quiet):
    AccountFactory(email="asha@example.org", second_factor=True)
    page.goto(live_site.url + "/account/login/")
    page.get_by_label("E-mail address").fill("asha@example.org")
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("E-mail address")).to_have_value("asha@example.org")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    browser.then_the_page_is_accessible(page)


def test_the_app_opens_the_door_and_then_a_passkey_does(page: Page, live_site, passkey_device, quiet):
    AccountFactory(email="asha@example.org", second_factor=True)
    start_signing_in(page, live_site.url)
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.goto(live_site.url + "/account/2fa/webauthn/add/")
    show_it_is_still_me(page)
    page.get_by_label("A name to tell it by").fill("Work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Your second step")).to_be_visible()
    expect(page.get_by_text("You have 1 passkey.")).to_be_visible()
    browser.then_the_page_is_accessible(page)

    page.context.clear_cookies()
    start_signing_in(page, live_site.url)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "authenticate" not in url)
    page.goto(live_site.url + "/account/2fa/webauthn/")
    expect(page.get_by_text("Work laptop").first).to_be_visible()
    expect(page.get_by_text("last used on")).to_be_visible()


def test_a_passkey_is_named_anew_opens_the_door_alone_and_is_removed(page: Page, live_site, passkey_device, quiet):
    AccountFactory(email="asha@example.org", second_factor=True)
    start_signing_in(page, live_site.url)
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(live_site.url + "/account/2fa/webauthn/add/")
    show_it_is_still_me(page)
    page.get_by_label("A name to tell it by").fill("Work laptop")
    page.get_by_label("Sign in with this passkey alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("You have 1 passkey.")).to_be_visible()

    page.goto(live_site.url + "/account/2fa/webauthn/")
    page.get_by_role("link", name="Rename Work laptop").click()
    page.get_by_label("A name to tell it by").fill("Old laptop")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_text("Old laptop").first).to_be_visible()
    browser.then_the_page_is_accessible(page)

    page.context.clear_cookies()
    page.goto(live_site.url + "/account/login/")
    browser.then_the_page_is_accessible(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(live_site.url + "/account/2fa/webauthn/")
    page.get_by_role("link", name="Remove Old laptop").click()
    show_it_is_still_me(page)
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("You have none yet.").first).to_be_visible()


def test_recovery_codes_are_shown_once_and_made_anew(page: Page, live_site, quiet):
    account = AccountFactory(email="asha@example.org", second_factor=True)
    codes = RecoveryCodes(Authenticator.objects.get(user=account, type="recovery_codes")).get_unused_codes()
    start_signing_in(page, live_site.url)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "authenticate" not in url)

    page.goto(live_site.url + "/account/2fa/recovery-codes/generate/")
    show_it_is_still_me(page)
    page.get_by_role("button", name="Make new codes").click()
    expect(page.get_by_text("You see them only now.")).to_be_visible()
    assert page.locator(".app-secret li").count() == 10
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.locator(".app-secret li").first).to_be_visible()
    page.emulate_media(media="screen")
    browser.at_phone_width(page)
    browser.then_the_page_is_accessible(page)
    browser.no_sideways_scroll(page)

    page.reload()
    expect(page.get_by_text("shown only once")).to_be_visible()
    assert page.locator(".app-secret li").count() == 0


def test_a_new_account_sets_up_its_app_and_gets_its_recovery_codes(page: Page, live_site, quiet):
    AccountFactory(email="asha@example.org", second_factor=False)
    start_signing_in(page, live_site.url)
    page.goto(live_site.url + "/account/2fa/totp/activate/")
    expect(page.get_by_role("img", name="A square code")).to_be_visible()
    page.get_by_text("I cannot scan the picture").click()
    secret = page.locator(".app-secret").inner_text().replace(" ", "")

    page.get_by_label("The six numbers").fill("000000")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect code")
    page.get_by_label("The six numbers").fill(code_now(secret))
    page.get_by_role("button", name="Finish").click()
    show_it_is_still_me(page)

    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert page.locator(".app-secret li").count() == 10
    browser.then_the_page_is_accessible(page)


def start_signing_in(page: Page, site: str) -> None:
    """Give address and password."""
    page.goto(site + "/account/login/")
    page.get_by_label("E-mail address").fill("asha@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "login" not in url)


def show_it_is_still_me(page: Page) -> None:
    """Give the password again where it is asked for."""
    page.wait_for_load_state()
    if "reauthenticate" in page.url:
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
