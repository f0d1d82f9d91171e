"""DI17: an address that is not given out."""

import pytest

from linkwell.directory.editing import keeping, moderation, queries
from linkwell.directory.errors import ChangeRefused
from linkwell.directory.models import (
    ChangeRequest,
    EntryEvent,
    FieldSource,
    Location,
    Question,
    RawRecord,
    ServiceAtLocation,
)
from linkwell.directory.queries import service_page
from tests.directory.conftest import NOW, imported, suggest, taken
from tests.factories import LocationFactory, ServiceFactory


@pytest.fixture
def refuge(group):
    service = ServiceFactory(name="Refuge", organisation=group, description_text="We are at 12 Hidden Lane, M33 7WR.")
    place = LocationFactory(address="12 Hidden Lane", town="Sale", postcode="M33 7WR", outcode="M33")
    ServiceAtLocation.objects.create(service=service, location=place)
    return service


def test_DI17_a_hidden_address_is_not_kept_at_all_and_words_that_name_it_are_pointed_out(editor, refuge):
    where = keeping.hide_address(service_id=refuge.pk, why="A refuge", by=editor, at=NOW)
    place = Location.objects.get(at_services__service=refuge)
    assert (place.address, place.postcode, place.outcode, place.latitude) == ("", "", "", None)
    assert (place.town, place.is_undisclosed) == ("Sale", True)
    assert where == ["What happens there"]


def test_DI17_a_place_that_others_use_too_stays_theirs(editor, refuge):
    place = Location.objects.get(at_services__service=refuge)
    other = ServiceFactory(name="Choir")
    ServiceAtLocation.objects.create(service=other, location=place)
    keeping.hide_address(service_id=refuge.pk, why="A refuge", by=editor, at=NOW)
    place.refresh_from_db()
    assert place.address == "12 Hidden Lane" and not place.at_services.filter(service=refuge).exists()
    assert Location.objects.get(at_services__service=refuge).town == "Sale"


def test_DI17_no_edit_brings_an_address_in_by_accident(editor, account, refuge):
    keeping.hide_address(service_id=refuge.pk, why="A refuge", by=editor, at=NOW)
    keeping.edit_entry(service_id=refuge.pk, fields={"description": "Safe."}, by=editor, at=NOW)
    for given in ({"places": "Address: 12 Hidden Lane\nTown: Sale"}, {"how_to_join": "Come to M33 7WR"}):
        with pytest.raises(ChangeRefused, match="not given out"):
            keeping.edit_entry(service_id=refuge.pk, fields=given, by=editor, at=NOW)
        with pytest.raises(ChangeRefused, match="not given out"):
            suggest(account, refuge, **given)
    keeping.edit_entry(service_id=refuge.pk, fields={"places": "Town: Altrincham"}, by=editor, at=NOW)
    place = Location.objects.get(at_services__service=refuge)
    assert (place.town, place.is_undisclosed) == ("Altrincham", True)
    assert not EntryEvent.objects.filter(service=refuge, field="places").exclude(was="", now="").exists()


def test_DI17_what_waited_and_what_history_held_of_the_place_is_shown_to_nobody(editor, account, refuge):
    moved = {"places": "Address: 13 Hidden Lane\nTown: Sale\nPostcode: M33 7WR"}
    keeping.edit_entry(service_id=refuge.pk, fields=moved, by=editor, at=NOW)
    suggest(account, refuge, places="Address: 14 Hidden Lane\nTown: Sale")
    keeping.hide_address(service_id=refuge.pk, why="A refuge", by=editor, at=NOW)
    shown = str(queries.versions(refuge.pk, scheme_id=editor.scheme_id)) + str(queries.waiting_changes())
    assert "Hidden Lane" not in shown + str(list(ChangeRequest.objects.values_list("was", "suggested")))


def test_DI17_nothing_that_was_said_of_the_place_is_kept_not_even_what_was_decided_long_ago(editor):
    service = imported()
    moved = {"places": "Address: 13 Hidden Lane\nTown: Sale"}
    which = moderation.suggest_changes(service_id=service.pk, fields=moved, origin="worker", by=editor, at=NOW)
    taken(which, editor)
    imported(service_at_locations=[{"location": {"id": "l1", "name": "At 14 Hidden Lane"}}])
    assert Question.objects.filter(service=service, field="places", settled_at=None).exists()
    keeping.hide_address(service_id=service.pk, why="A refuge", by=editor, at=NOW)

    kept = [*FieldSource.objects.values_list("said"), *Question.objects.values_list("ours", "theirs", "record")]
    kept += ChangeRequest.objects.values_list("was", "suggested", "taken_as")
    assert kept and "Hidden Lane" not in str(kept)
    assert not Question.objects.filter(service=service, settled_at=None).exists()


def test_DI17_to_give_an_address_out_again_takes_a_reason_and_the_address(editor, refuge):
    keeping.hide_address(service_id=refuge.pk, why="A refuge", by=editor, at=NOW)
    again = {"service_id": refuge.pk, "by": editor, "at": NOW}
    with pytest.raises(ChangeRefused, match="Say why"):
        keeping.show_address(**again, places="Postcode: M33 7WR", why="")
    with pytest.raises(ChangeRefused, match="Type the address"):
        keeping.show_address(**again, places="Town: Sale", why="An office now")
    keeping.show_address(**again, places="Address: 1 Office Road\nPostcode: M33 7WR", why="An office now")
    refuge.refresh_from_db()
    assert not refuge.is_undisclosed
    assert Location.objects.get(at_services__service=refuge).address == "1 Office Road"


def test_DI17_an_import_does_not_bring_back_an_address_that_was_removed(editor):
    service = imported()
    assert RawRecord.objects.filter(service=service).exists()
    keeping.hide_address(service_id=service.pk, why="A refuge", by=editor, at=NOW)
    assert not RawRecord.objects.filter(service=service).exists()
    imported(description="New words")
    service.refresh_from_db()
    shown = service_page(service.pk, at=NOW)
    assert service.is_undisclosed and "Hidden Lane" not in str(shown) and "M33" not in str(shown)
    places = [link.location for link in service.at_locations.select_related("location")]
    assert all(not (place.address or place.postcode or place.latitude) for place in places)
