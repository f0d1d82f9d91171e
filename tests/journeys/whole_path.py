"""One person's way from the referral to the evidence, told in a browser; the scheme and its members are given.

path = WholePath(page, site.url, sign_in, first="Arthur", family="Example", on_a_phone=True)
path.is_referred(gp); path.is_given_to(lead, "Asha Patel"); …
"""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests import browser


class WholePath:
    """Each method is one act by one role, and ends with what that role then sees."""

    def __init__(
        self, page: Page, url: str, sign_in: Callable[[Any], None], *, first: str, family: str, on_a_phone: bool
    ) -> None:
        self.page, self.url, self.sign_in = page, url, sign_in
        narrow, wide = browser.at_phone_width, browser.at_desk_width
        self.other, self.width = (wide, narrow) if on_a_phone else (narrow, wide)
        self.first, self.family = first, family
        self.name = f"{first} {family}"
        self.person_id = ""
        self.service = ""

    def look(self, name: str) -> None:
        """The page fits a desk and a phone, and is accessible on the one that this story is told on."""
        for width in (self.other, self.width):
            width(self.page)
            browser.no_sideways_scroll(self.page)
        browser.then_the_page_is_accessible(self.page)
        browser.keep_picture(self.page, name)

    def is_named_on(self, page: Page) -> bool:
        """Say whether either name stands on a page as a word: random tokens may hold the same letters."""
        return bool(re.search(rf"\b({self.first}|{self.family})\b", page.content()))

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def is_referred(self, member: Any, *, postcode: str, words: str) -> None:
        """RI1, RI10: one page by a member of a practice; a mistake first, and nothing typed is lost."""
        page = self.page
        self.sign_in(member)
        self.go("/refer/new/")
        page.get_by_label("First name").fill(self.first)
        page.get_by_label("Family name").fill(self.family)
        page.get_by_label("NHS number").fill("999 000 0018")
        page.get_by_role("textbox", name="Phone").fill("07700 900123")
        page.get_by_text("E-mail, address, best times, language and access").click()
        page.get_by_role("textbox", name=re.compile("^Postcode")).fill(postcode)
        page.get_by_label("Loneliness or isolation").check()
        page.get_by_label("In a sentence or two").fill(words)
        self.press("Send referral")
        expect(page.get_by_role("alert")).to_contain_text("Say whether they agree to be referred")
        expect(page.get_by_label("In a sentence or two")).to_have_value(words)
        self.look("path-refer-mistake")
        page.get_by_label("Yes, to being referred and to you hearing what comes of it").check()
        self.press("Send referral")
        expect(page.get_by_text(re.compile("LW-[0-9A-Z]{6}")).first).to_be_visible()
        self.look("path-referred")

    def is_given_to(self, lead: Any, worker: str) -> None:
        """TA1, TA2: the inbox; accepted and given to a link worker in one act."""
        page = self.page
        self.sign_in(lead)
        self.go("/referrals/")
        self.look("path-inbox")
        page.get_by_role("link", name=f"Open {self.name}").click()
        page.get_by_label(worker).check()
        self.press("Accept")
        expect(page.get_by_role("status")).to_contain_text(self.name)

    def is_tried_and_met(self, worker: Any) -> None:
        """SU1, SU2, PE5, OU1: no answer in one tap; then the first conversation and the questions."""
        page = self.page
        self.sign_in(worker)
        self.go("/today/")
        self.look("path-today")
        row = page.get_by_role("listitem").filter(has_text=self.name)
        row.get_by_role("button", name="No answer").click()
        expect(page.get_by_role("status")).to_contain_text(f"no answer from {self.name}")
        self.go("/people/")
        self.look("path-people")
        page.get_by_role("link", name=self.name).first.click()
        self.person_id = page.url.rstrip("/").split("/")[-1]
        page.get_by_role("link", name="Start the first conversation").click()
        page.get_by_label("What matters to you?").fill("My hands want something to do.")
        page.get_by_label("In their own words").fill("the house is so quiet since my wife died")
        page.get_by_label("Grief or bereavement").check()
        page.get_by_label("Ask them next").check()
        self.press("Save the conversation")
        expect(page.get_by_role("alert")).to_contain_text("No known risks")
        expect(page.get_by_label("What matters to you?")).to_have_value("My hands want something to do.")
        page.get_by_label("No known risks").check()
        page.get_by_label("How long?").fill("50")
        self.look("path-conversation")
        self.press("Save the conversation")
        self.answers_questions(4, "path-baseline")

    def answers_questions(self, points: int, picture: str) -> None:
        """OU1: ONS4, the three loneliness questions and the direct one."""
        page = self.page
        expect(page.get_by_role("heading", name="Wellbeing questions")).to_be_visible()
        ons4 = page.locator("section[aria-labelledby='measure-ons4'] fieldset:has(input[type=radio])")
        for number in range(4):
            ons4.nth(number).get_by_label(str(points), exact=True).check()
        for code in ("ucla3", "lonely"):
            for group in page.locator(f"section[aria-labelledby='measure-{code}'] > .nhsuk-form-group").all():
                group.get_by_role("radio").nth(1).check()
        page.get_by_role("group", name="How were the questions answered?").get_by_label("In person").check()
        self.look(picture)
        self.press("Save answers")
        expect(page.get_by_role("status")).to_be_visible()

    def agrees_a_plan(self) -> None:
        """SU4, SU5: a goal, who does what, agreed and printed."""
        page = self.page
        self.go(f"/people/{self.person_id}/plan/")
        page.get_by_label("Goal, in the person’s own words").fill("Be among people twice a week")
        self.press("Add goal")
        page.get_by_role("link", name="Add who does what").click()
        page.get_by_label("What will be done?").fill("Find a group near home")
        page.get_by_label("Who will do it?").fill("Me and my link worker")
        self.press("Save")
        page.get_by_label("In person").check()
        self.press(f"Agreed with {self.name}")
        expect(page.get_by_role("status")).to_contain_text(f"Agreed with {self.name}")
        self.look("path-plan")
        page.get_by_role("link", name="Print the plan").click()
        expect(page.get_by_role("heading", name="My plan")).to_be_visible()
        self.look("path-plan-print")

    def finds(self, *, by_email: bool) -> None:
        """MA1, MA2: ranked services with reasons; the best one that can be told this way is chosen."""
        page = self.page
        self.go(f"/people/{self.person_id}/find/")
        self.look("path-find")
        page.get_by_text(re.compile("^Looking for:")).click()
        page.get_by_role("button", name="Search", exact=True).click()
        cards = page.get_by_role("article").filter(has=page.get_by_role("link", name=re.compile("^Refer")))
        expect(cards.first).to_contain_text("Fits:")
        browser.picture_for_the_readme(page, "find-support")
        found = [
            (card.get_by_role("heading").inner_text(), card.get_by_role("link", name=re.compile("^Refer")))
            for card in cards.all()
        ]
        choices = [(name.split(". ", 1)[-1], str(link.get_attribute("href"))) for name, link in found]
        for self.service, address in choices:
            self.go(address)
            if bool(page.get_by_label("By e-mail").count()) == by_email:
                return
        raise AssertionError(f"None of {choices} can be told by {'e-mail' if by_email else 'phone alone'}.")

    def is_referred_on(self, *, by_phone: bool = False) -> None:
        """CO1, CO2, SU13: ticked fields, preview, agreement, sent."""
        page = self.page
        self.look("path-tell")
        if by_phone:
            page.get_by_label("By phone").check()
        self.press("See what they will read")
        self.look("path-preview")
        page.get_by_label("In person").check()
        self.press("Keep as told" if by_phone else "Send to")
        expect(page.get_by_role("status")).to_contain_text(self.name)

    def group_says_yes_by_mail(self, mails: Callable[[str], str]) -> None:
        """CO3: link → page without details → code → what it was told → answer. `mails(kind)` reads the mailbox."""
        group = self.page.context.browser.new_context().new_page()  # type: ignore[union-attr]
        group.goto(mails("link"))
        expect(group.get_by_role("heading", name="A referral for your group")).to_be_visible()
        assert not self.is_named_on(group)
        group.get_by_role("button", name="Send me a code").click()
        group.get_by_label("The code from the e-mail").fill("000 000")
        group.get_by_role("button", name="Continue").click()
        assert not self.is_named_on(group)
        group.get_by_label("The code from the e-mail").fill(mails("code"))
        group.get_by_role("button", name="Continue").click()
        expect(group.get_by_text(self.first).first).to_be_visible()
        group.get_by_label("Yes, we can").check()
        group.get_by_role("button", name="Send our answer").click()
        expect(group.get_by_text("Thank you")).to_be_visible()
        group.context.close()

    def opens_connection(self) -> None:
        self.go(f"/people/{self.person_id}/")
        self.page.get_by_role("link", name=self.service).first.click()

    def group_says_yes_by_phone(self) -> None:
        """CO3: the answer noted by the link worker."""
        page = self.page
        self.opens_connection()
        if not page.get_by_label("Yes, we can").is_visible():
            page.get_by_text("Note what they said by phone").click()
        page.get_by_label("Yes, we can").check()
        self.press("Save their answer")
        expect(page.get_by_role("status")).to_be_visible()

    def goes_there(self, day: str) -> None:
        """CO7: the first time, then regularly."""
        page = self.page
        self.opens_connection()
        if page.get_by_role("button", name=f"{self.name} knows").count():
            self.press(f"{self.name} knows")
        if not page.get_by_label("Day", exact=True).is_visible():
            page.get_by_text("They went for the first time").click()
        for label, value in zip(("Day", "Month", "Year"), day.split("-")[::-1], strict=True):
            page.get_by_label(label, exact=True).fill(str(int(value)))
        self.press("Save the first visit")
        expect(page.get_by_role("status")).to_be_visible()
        self.press("They go there now")
        self.look("path-connection")

    def is_reviewed(self) -> None:
        """SU6, OU2: a review with the questions again."""
        page = self.page
        self.go(f"/people/{self.person_id}/review/")
        page.get_by_label("How is it going?").fill("He goes every week and took a friend.")
        self.look("path-review")
        self.press("Save review")
        self.answers_questions(7, "path-follow-up")

    def ends(self) -> None:
        """SU8: with a reason, and word to the referrer in the same act."""
        page = self.page
        self.go(f"/people/{self.person_id}/end/")
        self.press("End support and tell the referrer")
        expect(page.get_by_role("alert")).to_contain_text("Why does support end?")
        page.get_by_label("Goals met", exact=True).check()
        self.look("path-end")
        self.press("End support and tell the referrer")
        expect(page.get_by_role("status")).to_contain_text("the referrer was told")

    def referrer_hears(self, member: Any) -> None:
        """RI12: the practice reads in words what became of it."""
        page = self.page
        self.sign_in(member)
        self.go("/refer/?show=all")
        self.look("path-mine")
        page.get_by_role("link", name=self.name).first.click()
        expect(page.get_by_text("The goals of the plan were met").first).to_be_visible()
        expect(page.get_by_text("They now go to").first).to_contain_text(self.service)
        assert "My hands want something to do" not in page.content()
        self.look("path-own")

    def manager_and_commissioner_see(self, manager: Any, commissioner: Any) -> None:
        """EV1, EV2, TA9: counts and changes, and never a person."""
        for member, path, picture in (
            (manager, "/manage/", "path-manage"),
            (commissioner, "/evidence/", "path-evidence"),
        ):
            self.sign_in(member)
            self.go(path)
            self.look(picture)
            assert self.family not in self.page.content()
