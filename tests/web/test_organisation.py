"""DI8, DI10, DI11, DI15, DI17, DI18, D06, D07, D10, L01: our listing, and what directory editors decide."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.directory import actions
from linkwell.directory.editing import keeping, moderation, queries
from linkwell.directory.models import ChangeRequest, GroupCheck, InternalRemark, Service, Verification
from linkwell.team.access import COM, DIR, LW, MGR, REF, SUP, VOA
from linkwell.team.models import Invitation, Membership
from linkwell.web.editing.forms import EntryForm, every_name
from tests.factories import MembershipFactory, OrganisationFactory, ServiceFactory, in_scheme
from tests.web.statements import own_statements


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def group(scheme):
    return OrganisationFactory(name="Sale Shed")


@pytest.fixture
def shed(group):
    return ServiceFactory(name="Men's Shed", organisation=group, description_text="We make things.")


@pytest.fixture
def account(group):
    return MembershipFactory(role=VOA, organisation=group)


@pytest.fixture
def ours(client_for, account):
    return client_for(account)


@pytest.fixture
def editor(client_for, scheme):
    return client_for(MembershipFactory(role=DIR))


def change(client, service, group, **fields):
    typed = {f"{group}-{name}": value for name, value in fields.items()}
    return client.post(reverse("organisation:change", args=[service.pk, group]), typed)


def test_DI8_an_account_comes_home_to_its_listing_as_everybody_sees_it(ours, shed):
    home = ours.get("/", follow=True)
    assert home.redirect_chain[-1][0] == "/organisation/"
    page = text_of(home)
    assert "We make things." in page and "Everything is still right" in page


def test_DI8_an_account_meets_no_person_no_remark_and_no_other_organisation(ours, client_for, shed, scheme):
    worker = MembershipFactory(role=LW)
    actions.add_remark(service_id=shed.pk, text="Ask for Jo", by=worker, at=timezone.now())
    other = ServiceFactory(name="Somebody else's", organisation=OrganisationFactory(name="Others"))
    for name in ("directory:list", "people:people", "support_search:search", "evidence:report", "editing:waiting"):
        assert ours.get(reverse(name)).status_code == 404
    assert ours.get(reverse("directory:service", args=[shed.pk])).status_code == 404
    assert "Ask for Jo" not in text_of(ours.get("/organisation/"))
    for name in ("entry", "right", "now", "places", "break", "address"):
        address = reverse(f"organisation:{name}", args=[other.pk])
        assert (ours.get if name == "entry" else ours.post)(address).status_code == 404
    assert change(ours, other, "about", name="Ours").status_code == 404
    assert not Verification.objects.exists() and not ChangeRequest.objects.exists()


def test_DI8_everything_still_right_is_one_button(ours, account, shed):
    ours.post(reverse("organisation:right", args=[shed.pk]))
    shed.refresh_from_db()
    assert (shed.confirmed_by, Verification.objects.get().by_id) == ("group", account.pk)
    assert "Confirmed by the group today" in text_of(ours.get("/organisation/"))


def test_DI8_several_entries_stand_in_a_list_and_are_confirmed_together(ours, shed, group):
    ServiceFactory(name="Women's Shed", organisation=group)
    page = text_of(ours.get("/organisation/"))
    assert "Women&#39;s Shed" in page and "Everything is still right in all of them" in page
    ours.post(reverse("organisation:all_right"))
    assert Verification.objects.count() == 2


def test_DI11_pause_full_break_and_places_hold_at_once(ours, shed):
    ours.post(reverse("organisation:now", args=[shed.pk]), {"now-status": "paused", "now-note": "No heating"})
    shed.refresh_from_db()
    assert (shed.operating, shed.operating_note) == ("paused", "No heating")
    ours.post(reverse("organisation:now", args=[shed.pk]), {"now-status": "open"})
    ours.post(reverse("organisation:places", args=[shed.pk]), {"places-free": "0", "places-total": "8"})
    shed.refresh_from_db()
    assert shed.operating == "full"
    back = timezone.localdate().replace(day=1, month=1).replace(year=timezone.localdate().year + 1)
    days = {"break-from_on-day": "20", "break-from_on-month": "12", "break-from_on-year": str(back.year - 1)}
    days |= {"break-until_on-day": "1", "break-until_on-month": "1", "break-until_on-year": str(back.year)}
    ours.post(reverse("organisation:break", args=[shed.pk]), days)
    shed.refresh_from_db()
    assert shed.break_until == back
    assert not ChangeRequest.objects.exists(), "none of this waits for anybody"


def test_DI8_a_change_is_suggested_seen_word_by_word_taken_and_answered(ours, editor, shed):
    rows = {"times_0_day": "Tuesday", "times_0_from": "14:00", "times_0_to": "16:00", "times_0_often": "every week"}
    assert change(ours, shed, "times", **rows).status_code == 302
    assert "Waits until somebody looks at it" in text_of(ours.get("/organisation/"))
    waiting = text_of(editor.get(reverse("editing:waiting")))
    address = re.search(r'href="(/directory/changes/[0-9a-f-]{36}/)"', waiting)[1]
    page = text_of(editor.get(address))
    assert "<ins>" in page and "Tuesday 14:00 to 16:00, every week" in page and "added:" in page
    pk = ChangeRequest.objects.get().pk
    seen = re.search(rf'name="seen-{pk}" value="([0-9a-f]+)"', page)[1]
    taken = {f"take-{pk}": "on", f"words-{pk}": "Tuesday 14:00 to 16:30, every week", f"seen-{pk}": seen}
    assert editor.post(address, taken | {"answer": "take"}).status_code == 302
    shed.refresh_from_db()
    assert shed.times_text == "Tuesdays 2pm to 4:30pm"
    assert "Taken, with other words" in text_of(ours.get("/organisation/"))
    assert editor.get(address).status_code == 404


def test_DI8_a_refusal_needs_its_reason_and_keeps_what_was_typed(ours, editor, shed):
    change(ours, shed, "about", name="The Shed", description="We make things.")
    submission = ChangeRequest.objects.get().submission
    address = reverse("editing:decide", args=[submission])
    refused = text_of(editor.post(address, {"answer": "refuse", "why": ""}))
    assert "Say why" in refused and 'href="#id_why"' in refused
    editor.post(address, {"answer": "refuse", "why": "That is the name of another group"})
    assert "That is the name of another group" in text_of(ours.get("/organisation/"))
    shed.refresh_from_db()
    assert shed.name == "Men's Shed"


def test_D06_D07_what_a_group_types_is_shown_as_words(ours, editor, shed):
    typed = '<img src=x onerror=alert(1)>{{ 7*7 }}<b hx-get="/x">Tea</b>'
    change(ours, shed, "joining", how_to_join=typed)
    kept = ChangeRequest.objects.get().suggested
    assert kept == "{{ 7*7 }}Tea"
    page = text_of(editor.get(reverse("editing:decide", args=[ChangeRequest.objects.get().submission])))
    assert "onerror" not in page and 'hx-get="/x"' not in page and "{{ 7*7 }}" in page


def test_a_field_that_cannot_be_is_told_beside_it_and_nothing_typed_is_lost(ours, shed):
    answer = change(ours, shed, "contact", phones="ring us", email="x@shed.example", url="javascript:alert(1)")
    page = text_of(answer)
    assert "Write a telephone number a line" in page and "give the whole address" in page
    assert "ring us" in page and "x@shed.example" in page
    assert not ChangeRequest.objects.exists()


def test_D10_a_group_asks_for_an_address_and_a_link_worker_is_told_to_ring(ours, client_for, shed, group):
    was = group.referral_email
    ours.post(reverse("organisation:address", args=[shed.pk]), {"address-email": "new@shed.example"})
    group.refresh_from_db()
    assert group.referral_email == was
    worker = client_for(MembershipFactory(role=LW))
    page = text_of(worker.get(reverse("directory:service", args=[shed.pk])))
    assert "The group asks for new@shed.example." in page
    said = {"address-email": "new@shed.example", "address-how": "Rang them"}
    worker.post(reverse("directory:address", args=[shed.pk]), said)
    assert "asks for" not in text_of(worker.get(reverse("directory:service", args=[shed.pk])))


def whole_form(service, **changed):
    """What a browser sends of the whole form, with some fields typed over."""
    form = EntryForm(stands=queries.texts(service.pk), names=every_name(by_groups=True))
    return {name: field.initial for name, field in form.fields.items() if field.initial} | changed


# --- accounts ---


def test_L01_an_editor_invites_for_one_organisation_and_ends_the_account(editor, client_for, group, shed):
    address = reverse("editing:accounts", args=[group.pk])
    editor.post(address, {"email": "jo@shed.example", "name": "Jo"})
    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.organisation_id) == (VOA, group.pk)
    account = MembershipFactory(role=VOA, organisation=group)
    page = text_of(editor.get(address))
    assert "jo@shed.example" in page and account.account.name in page
    elsewhere = MembershipFactory(role=VOA, organisation=OrganisationFactory(name="Others"))
    worker = MembershipFactory(role=LW)
    for other in (elsewhere, worker):
        assert editor.post(reverse("editing:end_account", args=[group.pk, other.pk])).status_code == 404
    editor.post(reverse("editing:end_account", args=[group.pk, account.pk]))
    account.refresh_from_db()
    assert account.ended_on is not None
    assert client_for(account).get("/organisation/").status_code in (302, 404)


def test_L01_an_account_invites_a_colleague_for_its_own_organisation_alone(ours, account, group):
    from linkwell.team import actions as team
    from linkwell.team.errors import NotYoursToGive
    from linkwell.team.rules import Place

    ours.post(reverse("organisation:colleagues"), {"email": "al@shed.example", "name": "Al"})
    assert Invitation.objects.get().organisation_id == group.pk
    place = Place(role=VOA, organisation_id=OrganisationFactory(name="Others").pk)
    for role in (place, Place(role=LW)):
        with pytest.raises(NotYoursToGive):
            team.invite(email="x@shed.example", name="", place=role, by=account, at=timezone.now())


def test_L01_an_invitation_for_an_organisation_leads_to_its_listing(client, editor, group, shed):
    from linkwell.team import tokens
    from linkwell.team.actions import redeem_invitation
    from linkwell.team.models import Token

    editor.post(reverse("editing:accounts", args=[group.pk]), {"email": "jo@shed.example", "name": "Jo"})
    secret = tokens.secret_of(Token.objects.get())
    joined = redeem_invitation(secret=secret, name="Jo", password="correct horse battery staple 9", at=timezone.now())
    assert joined.membership.organisation_id == group.pk
    assert Membership.objects.filter(role=VOA).count() == 1


@pytest.mark.parametrize("role", [REF, COM, LW])
def test_L01_others_do_not_see_who_signs_in_for_a_group(client_for, group, role):
    assert client_for(MembershipFactory(role=role)).get(reverse("editing:accounts", args=[group.pk])).status_code == 404


def test_a_manager_ends_an_account_from_the_team_page_and_gives_it_no_other_place(client_for, account):
    manager = client_for(MembershipFactory(role=MGR))
    end = reverse("team:end", args=[account.pk])
    assert manager.get(reverse("team:member", args=[account.pk])).url == end
    assert "Organisation" in text_of(manager.get(reverse("team:members")))


# --- by hand ---


def test_DI10_an_editor_writes_an_entry_and_everybody_finds_it(editor):
    typed = {
        "name": "Tea at Ten", "owner-organisation": "Tea CIC", "owner-kind": "voluntary", "times_0_day": "Monday",
        "times_0_from": "10:00", "times_0_to": "11:30", "times_0_often": "first", "modes": ["in_person"],
        "places_0_address": "1 High Street", "places_0_town": "Sale", "places_0_postcode": "M33 7WR",
        "who_greets": "Jo, in the red cardigan", "languages": "English\nPolish",
    }  # fmt: skip
    answer = editor.post(reverse("editing:begin"), typed)
    made = Service.objects.get(name="Tea at Ten")
    assert answer.url == reverse("directory:service", args=[made.pk])
    page = text_of(editor.get(answer.url))
    for words in ("First Monday of the month 10am to 11:30am", "1 High Street", "Jo, in the red cardigan", "Tea CIC"):
        assert words in page


def test_DI8_a_link_worker_suggests_what_an_editor_writes(editor, client_for, shed):
    worker = client_for(MembershipFactory(role=LW))
    address = reverse("editing:edit", args=[shed.pk])
    assert "Suggest it" in text_of(worker.get(address))
    worker.post(address, whole_form(shed, name="The Shed") | {"why": "It stands on the door"})
    assert (ChangeRequest.objects.get().suggested, ChangeRequest.objects.get().origin) == ("The Shed", "worker")
    editor.post(address, whole_form(shed, name="Shed of Sale"))
    shed.refresh_from_db()
    assert shed.name == "Shed of Sale"
    history = text_of(editor.get(reverse("editing:history", args=[shed.pk])))
    assert "Shed of Sale" in history and "Men&#39;s Shed" in history


def test_an_entry_ends_and_comes_back_with_reasons(editor, shed):
    on = timezone.localdate()
    day = {"on-day": str(on.day), "on-month": str(on.month), "on-year": str(on.year)}
    editor.post(reverse("editing:end", args=[shed.pk]), day | {"why": "The hall was sold"})
    page = text_of(editor.get(reverse("directory:service", args=[shed.pk])))
    assert "The hall was sold" in page and "Bring it back" in page
    editor.post(reverse("editing:back", args=[shed.pk]), {"why": "A new hall"})
    assert "The hall was sold" not in text_of(editor.get(reverse("directory:service", args=[shed.pk])))


def test_DI17_the_page_says_what_everybody_will_see_before_an_address_is_removed(editor, shed, ours):
    places = "Address: 12 Hidden Lane\nTown: Sale\nPostcode: M33 7WR"
    keeping.edit_entry(service_id=shed.pk, fields={"places": places}, by=MembershipFactory(role=DIR), at=timezone.now())
    address = reverse("editing:undisclosed", args=[shed.pk])
    assert "What everybody sees afterwards" in text_of(editor.get(address))
    assert "Enter why" in text_of(editor.post(address, {"why": ""})) or Service.objects.get().is_undisclosed is False
    editor.post(address, {"why": "A refuge"})
    for page in (editor.get(reverse("directory:service", args=[shed.pk])), ours.get("/organisation/")):
        assert "Hidden Lane" not in text_of(page) and "M33 7WR" not in text_of(page)
    assert "Hidden Lane" not in text_of(editor.get(reverse("editing:history", args=[shed.pk])))
    again = {"address": "1 Office Road", "town": "Sale", "postcode": "M33 7WR", "why": "An office now"}
    assert "Tick the box" in text_of(editor.post(address, again))
    assert Service.objects.get(pk=shed.pk).is_undisclosed


def test_DI18_checks_are_for_staff_and_stop_nothing(editor, ours, client_for, group, shed):
    on = timezone.localdate()
    looked = {"kind": "insurance", "note": "Seen at the hall"}
    looked |= {"checked_on-day": "1", "checked_on-month": "2", "checked_on-year": str(on.year - 1)}
    looked |= {"valid_until-day": "1", "valid_until-month": "3", "valid_until-year": str(on.year - 1)}
    editor.post(reverse("editing:checks", args=[group.pk]), looked)
    assert GroupCheck.objects.count() == 1
    assert "Papers past their day" in text_of(editor.get(reverse("editing:waiting")))
    worker = client_for(MembershipFactory(role=LW))
    assert "Insurance: looked at" in text_of(worker.get(reverse("directory:service", args=[shed.pk])))
    for role in (REF, COM):
        page = text_of(client_for(MembershipFactory(role=role)).get(reverse("directory:service", args=[shed.pk])))
        assert "Insurance" not in page
    assert "Insurance" not in text_of(ours.get("/organisation/"))


def test_DI15_a_remark_is_changed_and_withdrawn_on_the_page(client_for, shed):
    writer = MembershipFactory(role=LW)
    mine, lead = client_for(writer), client_for(MembershipFactory(role=SUP))
    remark = actions.add_remark(service_id=shed.pk, text="Ask for Jo", by=writer, at=timezone.now())
    page = reverse("directory:service", args=[shed.pk])
    mine.post(reverse("directory:edit_remark", args=[remark.pk]), {"text": "Ask for Al"})
    assert "Ask for Al" in text_of(mine.get(page)) and "Ask for Jo" not in text_of(mine.get(page))
    new = InternalRemark.objects.get(withdrawn_at=None)
    assert lead.post(reverse("directory:edit_remark", args=[new.pk]), {"text": "x"}).status_code == 404
    lead.post(reverse("directory:withdraw_remark", args=[new.pk]))
    assert "Ask for Al" not in text_of(mine.get(page))


def test_DI15_a_remark_of_another_scheme_is_touched_by_nobody_here(client_for, shed, other_scheme):
    with in_scheme(other_scheme):
        theirs = actions.add_remark(service_id=shed.pk, text="Theirs", by=MembershipFactory(role=LW), at=timezone.now())
    lead = client_for(MembershipFactory(role=SUP))
    assert lead.post(reverse("directory:withdraw_remark", args=[theirs.pk])).status_code == 404


# --- statements ---


def test_the_pages_take_as_many_statements_for_one_row_as_for_many(ours, editor, account, group, shed):
    def counted():
        addresses = {
            "waiting": (editor, reverse("editing:waiting")),
            "history": (editor, reverse("editing:history", args=[shed.pk])),
            "checks": (editor, reverse("editing:checks", args=[group.pk])),
            "accounts": (editor, reverse("editing:accounts", args=[group.pk])),
            "edit": (editor, reverse("editing:edit", args=[shed.pk])),
            "entry": (ours, reverse("organisation:entry", args=[shed.pk])),
            "listing": (ours, reverse("organisation:listing")),
            "colleagues": (ours, reverse("organisation:colleagues")),
        }
        return {name: len(own_statements(client, address)) for name, (client, address) in addresses.items()}

    def more(number):
        service = ServiceFactory(name=f"Shed {number}", organisation=group)
        MembershipFactory(role=VOA, organisation=group)
        by = MembershipFactory(role=DIR)
        for entry in (service, shed):
            fields = {"name": f"{entry.name} {number}", "times": f"Monday {8 + number}:00\nTuesday {8 + number}:00"}
            keeping.edit_entry(service_id=entry.pk, fields=fields, by=by, at=timezone.now())
            moderation.suggest_changes(
                service_id=entry.pk, fields={"alert": f"Note {number}"}, origin="organisation", by=account,
                at=timezone.now(),
            )  # fmt: skip

    more(1)
    few = counted()
    for number in range(2, 6):
        more(number)
    assert counted() == few
    assert max(few.values()) <= 40, few
