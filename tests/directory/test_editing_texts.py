"""D06, D07, D11: fields of an entry as lines of text and back."""

from datetime import time
from decimal import Decimal

import pytest

from linkwell.directory.editing import fields, texts
from linkwell.directory.editing.differences import difference, is_same
from linkwell.directory.errors import ChangeRefused


def test_times_are_read_as_people_type_them_and_written_one_way():
    typed = "tuesday 2pm to 4pm\nFirst Saturday of the month 10:00-12:30\nFridays 9.30am, every second week\nMonday"
    rows = texts.read_times(typed)
    assert rows[0] == texts.Time(1, time(14), time(16))
    assert rows[1] == texts.Time(5, time(10), time(12, 30), 1, 1)
    assert rows[2] == texts.Time(4, time(9, 30), None, 2)
    written = texts.times_text(rows)
    assert written.splitlines()[0] == "Tuesday 14:00 to 16:00, every week"
    assert texts.read_times(written) == rows


@pytest.mark.parametrize("line", ["Whensday 2pm", "Tuesday 25:00", "Tuesday 4pm to 2pm", "Tuesday 1 to 2 to 3", "2pm"])
def test_D11_a_line_of_times_that_cannot_be_read_says_so(line):
    with pytest.raises(ChangeRefused):
        texts.read_times(line)


def test_prices_and_numbers_and_places_come_back_as_they_were_written():
    costs = texts.read_costs("Adults: £3.50 (a session)\nfree\nPay what you can")
    assert [row.amount for row in costs] == [Decimal("3.50"), Decimal(0), None]
    assert texts.read_costs(texts.costs_text(costs)) == costs
    numbers = texts.read_numbers("0161 496 0000 (office)\n+44 161 496 0001 ext 12")
    assert texts.read_numbers(texts.numbers_text(numbers)) == numbers
    places = [texts.PlaceText("The hall", "1 High Street", "Sale", "M33 7WR", "Bus 41"), texts.PlaceText(town="Hale")]
    assert texts.read_places(texts.places_text(places)) == places


def test_a_difference_says_word_by_word_what_goes_and_what_comes():
    pieces = [(one.kind, one.text) for one in difference("Tuesdays at two", "Wednesdays at two o'clock")]
    assert pieces == [("removed", "Tuesdays"), ("added", "Wednesdays"), ("same", "at two"), ("added", "o'clock")]
    assert is_same(" a  b\r\n\n", "a b") and not is_same("a", "b")


@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>Hello", "Hello<img src=x onerror=alert(1)>", '<b hx-get="/people/">Hello</b>'],
)
def test_D06_D07_what_is_typed_is_kept_as_words_alone(typed):
    assert fields.clean("description", typed) == "Hello"
    assert fields.clean("description", "{{ 7 * 7 }}") == "{{ 7 * 7 }}"  # words: nothing reads them as a template
    assert fields.clean("name", "Hal\x00lo\u202e") == "Hallo"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "data:text/html,x"),
        ("email", "a@b.example, c@d.example"),
        ("minimum_age", "old"),
        ("name", " "),
        ("modes", "by pigeon"),
        ("name", "x" * 201),
        ("places", "Postcode: nowhere"),
        ("phones", "ring us"),
    ],
)
def test_D06_what_a_field_cannot_hold_is_refused_in_a_sentence(name, typed):
    with pytest.raises(ChangeRefused) as refused:
        fields.clean(name, typed)
    assert str(refused.value).endswith(".") or "“" in str(refused.value)
