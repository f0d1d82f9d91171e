"""The pages of signing in: every one that allauth can show is ours, strict about names, accessible, and script-free."""

import re
from pathlib import Path
from types import SimpleNamespace

import allauth
import pytest
from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.template.loader import get_template
from django.test import RequestFactory
from playwright.sync_api import Page, expect

from tests import browser
from tests.web import gallery

OURS = Path(settings.BASE) / "linkwell/web/templates"
THEIRS = Path(allauth.__file__).parent / "templates"
# No address leads to these with our settings: sign-up, codes instead of passwords, phones, trusted browsers.
NEVER_SHOWN = {
    "account/confirm_email_verification_code.html",
    "account/confirm_login_code.html",
    "account/confirm_password_reset_code.html",
    "account/confirm_phone_verification_code.html",
    "account/email_change.html",
    "account/phone_change.html",
    "account/request_login_code.html",
    "account/signup.html",
    "account/signup_by_passkey.html",
    "mfa/trust.html",
    "mfa/webauthn/signup_form.html",
}


class Password(forms.Form):
    """The fields of allauth's forms, under its names."""

    login = forms.EmailField(label="Email")
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "placeholder": "Password"})
    )
    oldpassword = forms.CharField(widget=forms.PasswordInput)
    password1 = forms.CharField(widget=forms.PasswordInput, help_text="At least 12 characters")
    password2 = forms.CharField(widget=forms.PasswordInput)
    code = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))
    email = forms.EmailField()
    name = forms.CharField()
    credential = forms.JSONField(widget=forms.HiddenInput, required=False)
    secret = "JBSWY3DPEHPK3PXP"


def key(name: str = "Work laptop") -> SimpleNamespace:
    """Return a passkey as allauth's pages see it."""
    return SimpleNamespace(pk=3, wrap=lambda: SimpleNamespace(name=name), created_at=gallery.NOW, last_used_at=None)


def context() -> dict:
    """Return everything that any of the pages reads."""
    codes = SimpleNamespace(get_unused_codes=lambda: ["12345678"] * 9)
    address = SimpleNamespace(email="asha@example.org", verified=False, primary=True)
    return {
        "form": Password(),
        "webauthn_form": Password(prefix="key"),
        "js_data": {"request_options": {"challenge": "</script><b>"}, "creation_options": {}},
        "action_url": "/account/x",
        "token_fail": False,
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_RECOVERY_CODES_SHOW_ONCE": False,
        "PASSKEY_LOGIN_ENABLED": False,
        "authenticators": {"webauthn": [key()], "recovery_codes": codes},
        "authenticator": key(),
        "is_mfa_enabled": True,
        "unused_codes": ["12345678", "87654321"],
        "unused_code_count": 2,
        "total_count": 10,
        "can_view_codes": True,
        "can_download_codes": True,
        "can_generate_codes": True,
        "confirmation": None,
        "can_confirm": False,
        "emailaddress_radios": [{"id": "email_radio_0", "checked": True, "emailaddress": address}],
        "can_add_email": True,
        "totp_svg_data_uri": "data:image/svg+xml;base64,PHN2Zy8+",
        "reauthentication_alternatives": [{"url": "/account/2fa/", "description": "Use your authenticator app"}],
    }


def pages() -> list[str]:
    """Return the names of the pages of ours under allauth's names."""
    found = [str(path.relative_to(OURS)) for room in ("account", "mfa") for path in (OURS / room).rglob("*.html")]
    return sorted(name for name in found if "/snippets/" not in name)


def drawn(name: str, **changes: object) -> str:
    """Return the page's HTML."""
    request = RequestFactory().get("/account/")
    request.frame = gallery.frame(signed_in=False)
    request.csp_nonce = gallery.NONCE
    request._messages = []
    values = context() | changes
    if name.endswith("authenticator_list.html"):
        values["authenticators"] = [key(), key(gallery.LONG_NAME)]
    return get_template(name).render(values, request)


def test_every_page_that_allauth_can_show_is_ours():
    theirs = {
        str(path.relative_to(THEIRS))
        for room in ("account", "mfa")
        for path in (THEIRS / room).rglob("*.html")
        if not path.name.startswith("base") and path.parent.name != "snippets"
    }
    assert theirs - NEVER_SHOWN - set(pages()) == set()


def test_what_is_never_shown_is_switched_off():
    from allauth.account import app_settings as account
    from allauth.mfa import app_settings as mfa

    off = [
        account.LOGIN_BY_CODE_ENABLED,
        account.CHANGE_EMAIL,
        account.EMAIL_VERIFICATION_BY_CODE_ENABLED,
        account.PASSWORD_RESET_BY_CODE_ENABLED,
        mfa.TRUST_ENABLED,
        mfa.PASSKEY_SIGNUP_ENABLED,
    ]
    assert off == [False] * 6


@pytest.mark.parametrize("name", pages())
def test_each_page_is_accessible_on_a_phone(show: object, page: Page, name: str):
    show(drawn(name))
    browser.at_phone_width(page)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    browser.then_the_page_is_accessible(page)
    browser.no_sideways_scroll(page)
    browser.keep_picture(page, "sign-in-" + re.sub(r"\W+", "-", name.removesuffix(".html")))


def test_data_for_a_passkey_cannot_close_its_script():
    html = drawn("mfa/webauthn/add_form.html")
    assert "</script><b>" not in html
    assert 'data-allauth-onload="allauth.webauthn.forms.addForm"' in html


def test_a_sign_in_form_of_another_package_speaks_our_words():
    html = drawn("account/password_reset.html", form=ResetPasswordForm({"email": "nobody"}))
    assert "Enter an e-mail address in the correct format" in html
    assert "Enter email" in drawn("account/password_reset.html", form=ResetPasswordForm({}))
    assert "This field is required" not in html


def test_a_used_link_says_so_and_offers_a_new_one():
    html = drawn("account/password_reset_from_key.html", token_fail=True)
    assert "This link no longer works" in html
    assert "Ask for a new link" in html


def test_codes_that_may_not_be_seen_again_are_not_in_the_page():
    html = drawn("mfa/recovery_codes/index.html", can_view_codes=False, unused_codes=["****"])
    assert "12345678" not in html
