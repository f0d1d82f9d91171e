"""“What is missing here?” as managers and commissioners see it (MA7, UX5, EV12)."""

import csv
import io

import pytest
from django.urls import reverse

from linkwell.common.models import AuditEvent
from linkwell.team.access import COM, LW, MGR, REF, SUP
from linkwell.web import charts
from linkwell.web.charts import Tile
from tests.evaluation.test_gaps import given_unmet, town
from tests.factories import MembershipFactory, ServiceFactory
from tests.web.test_evidence import last_quarter, text

__all__ = ["town"]
PAGE = "/missing-here/"


@pytest.fixture
def missing(town):
    """24 people of M33 without a grief group, 3 without money advice, in the last closed quarter."""
    day = last_quarter()[1]
    given_unmet(town, 24, day=day, main_reason="time")
    given_unmet(town, 3, day=day, need="money", main_reason="funds")
    ServiceFactory(name="Choir", need_codes=["creative"], modes=["in_person"])
    return town


def as_member(client_for, role):
    return client_for(MembershipFactory(role=role))


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_MA7_UX5_a_commissioner_sees_the_map_its_table_and_what_would_close_the_biggest_gap(missing, client_for):
    shown = text(as_member(client_for, COM).get(PAGE, {"need": "bereavement"}))
    assert "M33: Grief or bereavement" in shown
    assert "About 25 people looked for help with grief or bereavement and found nothing that fitted." in shown
    assert "No service fits (within 5 km, in person)." in shown
    assert 'role="img"' in shown and "The numbers are in the table below." in shown
    assert "exact numbers" not in shown and ">3<" not in shown


def test_EV12_the_manager_reads_exact_numbers_and_the_file_holds_small_ones_for_nobody(missing, client_for):
    manager, commissioner = as_member(client_for, MGR), as_member(client_for, COM)
    assert "24 people looked for help with grief" in text(manager.get(PAGE))
    assert "About" in text(commissioner.get(PAGE))
    files = [rows_of(client.get(f"{PAGE}file.csv")) for client in (manager, commissioner)]
    assert files[0] == files[1]
    (money,) = [row for row in files[0] if row[:1] == ["Money or debt"] and "[c]" in row]
    assert set(money[1:]) == {"[c]"}


def test_MA7_every_choice_of_an_address_is_one_of_the_lists(missing, client_for):
    client = as_member(client_for, COM)
    odd = {"need": "'; DROP", "reach": "17", "day": "9", "language": "xx", "way": "boat", "free": "x"}
    assert client.get(PAGE, odd).status_code == 200
    assert client.get(PAGE, {"period": "2031-q1"}).status_code == 404
    assert client.get(f"{PAGE}file.csv", {"period": "last week"}).status_code == 404


def test_the_page_and_the_file_are_audited_and_closed_to_others(missing, client_for):
    client = as_member(client_for, SUP)
    client.get(PAGE)
    client.get(f"{PAGE}file.csv")
    assert AuditEvent.objects.filter(event__in=["gaps.read", "gaps.exported"], outcome="done").count() == 2
    for role in (LW, REF):
        assert as_member(client_for, role).get(PAGE).status_code == 404


def test_before_the_first_quarter_closes_the_page_says_when(scheme, client_for):
    assert "The first one closes on" in text(as_member(client_for, COM).get(PAGE))
    assert as_member(client_for, COM).get(f"{PAGE}file.csv").url == PAGE


def test_the_page_asks_no_more_statements_for_more_areas(missing, client_for, django_assert_max_num_queries):
    client = as_member(client_for, COM)
    with django_assert_max_num_queries(36):
        client.get(PAGE)


def test_UX5_tiles_lie_roughly_where_their_areas_do_and_none_covers_another():
    south, north, east = (Tile(name, *point, "0", 0) for name, point in
                          (("S", (50.0, -2.0)), ("N", (52.0, -2.0)), ("E", (52.0, -1.0))))  # fmt: skip
    drawn = {tile.label: (x, y) for tile, x, y in charts.tiles([south, north, east]).tiles}
    assert drawn["N"][1] == drawn["E"][1] < drawn["S"][1] and drawn["N"][0] < drawn["E"][0]
    many = charts.tiles(Tile(str(number), 50 + number % 7, -number, "0", 0) for number in range(80))
    assert len({(x, y) for _tile, x, y in many.tiles}) == 80 and many.width == 6 * many.side
    assert charts.tiles([]).tiles == []


def test_addresses_lead_from_the_menu(missing, client_for):
    assert f'href="{reverse("gaps:report")}"' in text(as_member(client_for, MGR).get("/manage/"))
