"""Single values: what is kept, what is mended, what is dropped, and why."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwell.directory import markup
from linkwell.interop import cleaning, meanings
from linkwell.interop.phones import phones


@pytest.mark.parametrize("value", ["", "  ", "NA", "n/a", "None", "null", "-", "NaN", "?"])
def test_words_that_say_nothing_are_absence(value):
    assert cleaning.tidy(value, limit=50).value is None


def test_control_characters_nuls_and_reversing_marks_are_removed():
    found = cleaning.tidy("a\x00b\x07c\u202ed\ud800", limit=50)

    assert found == ("abcd", "Control characters removed")


def test_letters_of_a_wrong_encoding_are_mended():
    assert cleaning.tidy("Menâ€™s shed", limit=50) == ("Men’s shed", "Letters of a wrong encoding mended")


def test_a_text_that_is_too_long_is_cut_and_says_so():
    found = cleaning.tidy("x" * 100, limit=10)

    assert (len(found.value), found.reason) == (10, "Longer than 10 characters: cut")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("http://a.org", "http://a.org"),
        ("https://a.org/x?y=1#z", "https://a.org/x?y=1#z"),
        ("www.a.org", "http://www.a.org"),
        ("a.org/path", "http://a.org/path"),
        ("http:///a.org", "http://a.org"),
        ("http://http://a.org", "http://a.org"),
    ],
)
def test_a_link_is_kept_or_mended(value, kept):
    assert cleaning.url(value).value == kept


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", "JaVa\tScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
     "ftp://a.org", "//evil.org", "mailto:a@b.org", "nonsense", "http://user:secret@a.org", "http://localhost/",
     "http://127.0.0.1/", "http://[::1", "http://a.org/\"onmouseover=x", "http://a.org/<script>", "x" * 3000 + ".org"],
)  # fmt: skip
def test_a_link_that_is_no_web_address_is_dropped(value):
    found = cleaning.url(value)

    assert found.value is None
    assert found.reason


@given(st.text(max_size=200))
def test_no_text_becomes_a_link_that_does_not_begin_with_http(text):
    found = cleaning.url(text).value

    assert found is None or found.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a@b.org", "a@b.org"),
        ("mailto:a@b.org", "a@b.org"),
        ("a@b.org; c@d.org", "a@b.org"),
        ("Ring us", None),
        ("email-example_com", None),
        ("a@b", None),
    ],
)
def test_the_first_email_address_is_kept(value, kept):
    assert cleaning.email(value).value == kept


@pytest.mark.parametrize(
    ("value", "numbers", "label"),
    [
        ("0800 0354213", ["0800 0354213"], ""),
        ("Bristol Youth MAPS: 0117 332 7111", ["0117 332 7111"], "Bristol Youth MAPS"),
        ('"+44 1234 234567"', ["+44 1234 234567"], ""),
        ("0161-912-2122 / 0161 912 5020", ["0161 912 2122", "0161 912 5020"], ""),
        ("(0117) 9234567", ["(0117) 9234567"], ""),
        ("Tel: 0117 123 4567 Mon-Fri", ["0117 123 4567"], "Mon-Fri"),
        ("0300 123 3393 - 24 hours a day", ["0300 123 3393"], "24 hours a day"),
        ("Call 111 option 2", ["111"], ""),
        ("since 2019", [], None),
        ("none yet", [], None),
    ],
)
def test_telephone_numbers_are_split_from_the_words_around_them(value, numbers, label):
    found = phones(value)

    assert [phone.number for phone in found] == numbers
    assert label is None or found[0].label == label


def test_an_extension_is_no_part_of_the_number():
    assert phones("0161 912 3456 ext. 12")[0].extension == "12"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (18, 18),
        ("18", 18),
        ("18+", 18),
        (18.0, 18),
        (0, 0),
        (-1, None),
        ("-1", None),
        (200, None),
        (True, None),
        ("adult", None),
        (1e40, None),
        ([], None),
    ],
)
def test_an_age_is_a_number_of_years_a_person_can_have(value, kept):
    assert cleaning.age(value).value == kept


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2021-01-06", date(2021, 1, 6)),
        ("06/01/2021", date(2021, 1, 6)),
        ("6 January 2021", date(2021, 1, 6)),
        ("2021-01-06T10:00:00Z", date(2021, 1, 6)),
        ("0000-00-00", None),
        ("9999-12-31", None),
        ("soon", None),
    ],
)
def test_a_day_is_read_the_british_way(value, day):
    assert cleaning.day(value).value == day


def test_a_moment_without_a_zone_is_british_time_and_says_so():
    found = cleaning.moment("2025-09-02T12:06:15.654")

    assert found.value == datetime(2025, 9, 2, 11, 6, 15, 654_000, tzinfo=UTC)
    assert found.reason == "No time zone: taken as British time"
    assert cleaning.moment("2025-09-02T12:06:15Z") == (datetime(2025, 9, 2, 12, 6, 15, tzinfo=UTC), "")
    assert cleaning.moment("0001-01-01T00:00:00+23:59").value is None


@pytest.mark.parametrize(
    ("value", "clock"),
    [
        ("10:00", time(10)),
        ("10:00:00", time(10)),
        ("18:30:00+01:00", time(18, 30)),
        ("24:00", time(23, 59)),
        ("25:00", None),
        ("noon", None),
    ],
)
def test_a_time_of_day_is_read(value, clock):
    assert cleaning.clock(value) == clock


@pytest.mark.parametrize(
    ("value", "money"),
    [
        (35, Decimal("35.00")),
        ("£3.50", Decimal("3.50")),
        (0, Decimal(0)),
        (-1, None),
        ("NaN", None),
        (float("inf"), None),
        (True, None),
        ({}, None),
        ("1e999", None),
    ],
)
def test_an_amount_of_money_is_zero_or_more(value, money):
    assert cleaning.amount(value) == money


@pytest.mark.parametrize(
    ("latitude", "longitude", "in_uk", "kept"),
    [
        (53.4, -2.3, True, (53.4, -2.3)),
        ("53.4", "-2.3", True, (53.4, -2.3)),
        (-2.3, 53.4, True, (53.4, -2.3)),  # swapped
        (0, 0, True, (None, None)),
        (40.7, -74.0, True, (None, None)),  # New York, with a British address
        (40.7, -74.0, False, (40.7, -74.0)),
        (100, 101, False, (None, None)),
        (float("nan"), 1, True, (None, None)),
        ("north", "west", True, (None, None)),
        (None, -2.3, True, (None, None)),
        ([53], {}, True, (None, None)),
    ],
)
def test_a_point_is_plausible_or_absent(latitude, longitude, in_uk, kept):
    assert cleaning.coordinates(latitude, longitude, in_uk=in_uk)[:2] == kept


@given(st.text(max_size=300))
def test_what_a_report_shows_holds_no_address_and_no_line_break(text):
    shown = cleaning.shown(f"{text} jo.bloggs@council.gov.uk {text}")

    assert "jo.bloggs" not in shown or "jo.bloggs@" not in shown
    assert "\n" not in shown
    assert len(shown) <= 160


@given(st.lists(st.sampled_from(["a", "x" * 70, "@", ".", "-", "b.org", "c.co.uk", " ", '"', "é", "a@b.org"])))
def test_every_address_is_masked_as_a_search_for_addresses_finds_it(pieces):
    text = "".join(pieces)

    expected = cleaning._EMAIL.sub(lambda found: "…@" + found[0].rpartition("@")[2], text)
    assert cleaning.mask(text) == expected


@given(st.text(alphabet="ab <>&;p/\n\xa0é", max_size=40))
def test_plain_words_become_the_paragraph_that_cleaning_leaves_alone(text):
    cleaned = markup.clean_html(text)

    assert markup.clean_html(cleaned) == cleaned
    if markup._is_bare(text):
        assert (cleaned, markup.plain_text(text)) == (markup._clean_once(text), " ".join(text.split()))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Women's refuge", ""), ("SAFE HOUSE", ""), ("A home", "An undisclosed address. Domestic abuse."),
        ("A home", "A Confidential Location for all who live with domestic violence"),
        ("A home", "A secret location. Violence against women."), ("A ſafe houſe", ""),
    ],
)  # fmt: skip
def test_what_reads_like_a_refuge_is_never_passed_over(name, text):
    assert meanings.hides_its_address(name, text)
