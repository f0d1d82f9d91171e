"""Every part of the look, drawn with long names, nothing and errors, in a browser at a desk and on a phone."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import get_template
from playwright.sync_api import expect

from tests import browser
from tests.web import gallery

BUILT = Path(settings.BASE) / "linkwell/web/static/built"
NOT_WORDS = "|".join(
    [
        r"\{#.*?#\}",
        r"\{% block (?:width|robots) %\}.*?\{% endblock %\}",
        r"\{%.*?%\}",
        r"\{\{.*?\}\}",
        "<script.*?</script>",
    ]
)
TEMPLATES = Path(settings.BASE) / "linkwell/web/templates"


@pytest.mark.parametrize("wrong", [False, True], ids=["empty", "wrong"])
@pytest.mark.parametrize("width", ["desk", "phone"])
def test_every_part_is_accessible_and_fits_the_window(show, wrong, width):
    page = show(gallery.draw(bound=wrong))
    browser.at_phone_width(page) if width == "phone" else browser.at_desk_width(page)

    browser.then_the_page_is_accessible(page)
    browser.no_sideways_scroll(page)
    browser.keep_picture(page, f"gallery-{'wrong' if wrong else 'empty'}")


def test_a_page_in_a_right_to_left_language_fits_and_starts_at_the_right(show):
    page = show(gallery.draw().replace("<html ", '<html dir="rtl" '))
    browser.at_phone_width(page)

    browser.no_sideways_scroll(page)
    browser.keep_picture(page, "gallery-right-to-left")
    assert page.get_by_role("link", name="Linkwell").bounding_box()["x"] > 180


def test_the_check_of_sideways_scroll_can_fail(show):
    page = show(gallery.draw())
    page.evaluate("document.querySelector('main').style.width = '3000px'")
    with pytest.raises(AssertionError, match="scrolls sideways"):
        browser.no_sideways_scroll(page)


def test_the_check_of_accessibility_can_fail(show):
    page = show(gallery.draw().replace("</main>", '<input type="text"></main>'))
    with pytest.raises(AssertionError, match="label"):
        browser.then_the_page_is_accessible(page)


def test_errors_stand_on_top_and_lead_to_their_fields(show):
    page = show(gallery.draw(bound=True))

    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_contain_text("Date of birth must be a real date")
    page.get_by_role("link", name="Date of birth must be a real date").click()
    expect(page.locator("#id_born_on-day")).to_be_focused()
    expect(page.locator("#id_story")).to_have_value("Typed already")


def test_a_field_appears_with_its_answer_without_any_script(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=gallery.draw(), content_type="text/html; charset=utf-8"))
    page.route("**/linkwell.css", lambda route: route.fulfill(path=finders.find("built/linkwell.css")))
    page.goto("http://localhost/gallery")

    expect(page.get_by_label("Which way?")).to_be_hidden()
    page.get_by_label("Another way").check()
    expect(page.get_by_label("Which way?")).to_be_visible()
    context.close()


def test_the_banner_is_read_out_and_carries_the_next_step(show):
    page = show(gallery.draw())

    banner = page.get_by_role("status").first
    expect(banner).to_contain_text("Referred to Sale Men's Shed.")
    expect(banner).to_be_focused()
    expect(banner.get_by_role("link", name="Tell Arthur by text?")).to_be_visible()


def test_leaving_quickly_leaves_no_way_back_to_the_page(show):
    page = show(gallery.draw())
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="elsewhere"))
    page.get_by_role("link", name="Leave this page quickly").click()
    expect(page.get_by_text("elsewhere")).to_be_visible()
    assert page.evaluate("history.length") <= 2


def test_paper_shows_the_content_without_the_frame(show):
    page = show(gallery.draw())
    page.emulate_media(media="print")
    expect(page.locator(".app-header")).to_be_hidden()
    expect(page.get_by_role("button", name="Send referral")).to_be_hidden()
    expect(page.get_by_text("Since my wife died")).to_be_visible()
    after = "getComputedStyle(document.querySelector('.app-person a'), '::after').content"
    assert page.evaluate(after) == "none"  # an address of ours means nothing on paper


def test_large_print_is_at_least_18_points_whatever_the_part(show):
    page = show(gallery.draw().replace('<main class="', '<main class="app-large-print '))
    page.emulate_media(media="print")
    small = page.evaluate(
        """() => [...document.querySelectorAll('main :is(p, li, dt, dd, td, th, h1, h2, h3, blockquote)')]
            .filter((e) => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 24 - 0.01)
            .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_change_with_a_part_that_may_not_be_shown_has_no_picture_but_its_table():
    macro = '{% from "components/charts.jinja" import change_bar %}{{ change_bar("Change", 40, 25, worse, 25) }}'
    template = engines["jinja2"].from_string(macro)
    assert "app-chart__strip" in template.render({"worse": 10})
    hidden = template.render({"worse": (None, "[c]")})
    assert "app-chart__strip" not in hidden
    assert "[c]" in hidden


def test_the_styles_name_start_and_end_and_fetch_nothing():
    css = (BUILT / "linkwell.css").read_text()
    sides = re.findall(
        r"[{;](?:(?:margin|padding|border)-(?:left|right)|left|right|float:(?:left|right)|text-align:(?:left|right))\b[^;}]*",
        css,
    )
    assert sides == []
    assert "@import" not in css
    for address in re.findall(r"url\(['\"]?(?!data:)([^'\")]+)", css):
        assert (BUILT / address).exists(), f"{address} is not served from here"


def test_no_template_carries_style_or_script_that_the_policy_would_block():
    for path in TEMPLATES.rglob("*"):
        if path.suffix in (".jinja", ".html"):
            text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
            found = re.findall(
                r"\sstyle=|<style|\son(?!ce=)[a-z]+=|<script(?![^>]*(?:\ssrc=|\snonce=))|href=.javascript:", text
            )
            assert found == [], f"{path.name}: {found}"


def test_every_word_of_a_template_goes_through_gettext():
    for path in TEMPLATES.rglob("*"):
        if path.suffix in (".jinja", ".html"):
            text = re.sub(NOT_WORDS, " ", path.read_text(), flags=re.S)
            bare = re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^<>]*>|&[a-z]+;", " ", text).replace("Linkwell", ""))
            assert bare == [], f"{path.relative_to(TEMPLATES)}: {' '.join(bare[:12])}"


def test_no_template_lets_text_through_unescaped():
    for path in TEMPLATES.rglob("*"):
        if path.suffix in (".jinja", ".html"):
            assert not re.search(r"\|\s*safe\b|autoescape false", path.read_text()), path.name


SENT = {"address": "/people/1/log/", "typed": [("what_happened", "He went there\n<b>twice</b>"), ("minutes", "20")]}
ERRORS = {
    **{name: (name, {}) for name in ("400", "403_csrf", "404", "429", "500")},
    "503": ("503", SENT),
    "503-again": ("503", {**SENT, "again": True, "csrf_input": ""}),
    "507": ("503", {**SENT, "again": True, "csrf_input": "", "full": True}),
    "422": ("422", {**SENT, "first_url": "/people/1/", "sent_at": gallery.NOW, "new_input": ""}),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_are_accessible_and_say_what_to_do(show, name):
    template, context = ERRORS[name]
    html = get_template(f"errors/{template}.jinja").render(context)
    page = show(html)
    browser.at_phone_width(page)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("first page"))).to_have_attribute("href", "/")
    browser.then_the_page_is_accessible(page)
    browser.no_sideways_scroll(page)
    browser.keep_picture(page, f"error-{name}")


def test_the_page_for_what_is_not_there_is_the_same_for_everybody(rf):
    page = get_template("errors/404.jinja")
    stranger, known = rf.get("/people/1"), rf.get("/people/2")
    known.frame = gallery.frame()
    known.csp_nonce = "another"
    assert page.render({}, stranger) == page.render({"anything": 1}, known)


def test_what_was_typed_survives_on_the_page_for_a_database_that_is_away():
    html = get_template("errors/503.jinja").render({"typed": [("what_happened", "He went there <b>twice</b>")]})
    assert "He went there &lt;b&gt;twice&lt;/b&gt;" in html
