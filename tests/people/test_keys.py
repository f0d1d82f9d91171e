"""The keys a person is found by; numbers and sounds come from their publishers' examples."""

import csv
from datetime import date

import pytest

from linkwell.people import errors, keys
from linkwell.people.keys import Traits
from tests.shared import shared

BORN = date(1984, 3, 15)


@pytest.mark.parametrize("typed", ["943 476 5919", "943-476-5919", " 9434765919 "])
def test_a_health_number_is_read_as_people_write_it(typed):
    assert keys.clean_health_number(typed) == "9434765919"


@pytest.mark.parametrize("number", ["9434765919", "9000000009", "9000000017", "4010232137"])
def test_a_number_with_the_right_check_digit_is_valid(number):
    assert keys.nhs_number_is_valid(number)


@pytest.mark.parametrize("number", ["9434765918", "943476591", "94347659190", "", "943476591x", "９４３４７６５９１９"])
def test_a_number_with_a_wrong_digit_or_length_is_not(number):
    assert not keys.nhs_number_is_valid(number)


def test_a_remainder_of_ten_is_never_issued():
    nine = "123456789"  # its weighted sum leaves 1, so the check digit would be 10
    assert not any(keys.nhs_number_is_valid(nine + str(last)) for last in range(10))


def test_every_number_of_the_table_of_examples_is_judged_as_it_says():
    with shared("data/reference/nhs-number/nhs_numbers_test.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["expected"] in ("valid", "invalid")]
    wrong = [
        row
        for row in rows
        if keys.nhs_number_is_valid(keys.clean_health_number(row["nhs_number"])) != (row["expected"] == "valid")
    ]
    assert len(rows) > 300
    assert wrong == []


def test_accents_capitals_and_signs_do_not_part_a_name_from_itself():
    assert keys.plain("O’Brien-Núñez") == keys.plain("OBRIEN NUNEZ") == "obriennunez"


@pytest.mark.parametrize(
    ("name", "code"),
    # US National Archives, The Soundex Indexing System: its own examples
    [
        ("Washington", "W252"), ("Lee", "L000"), ("Gutierrez", "G362"), ("Pfister", "P236"), ("Jackson", "J250"),
        ("Tymczak", "T522"), ("Ashcraft", "A261"), ("Robert", "R163"), ("Rupert", "R163"),
    ],
)  # fmt: skip
def test_sound_gives_the_codes_of_the_national_archives(name, code):
    assert keys.sound(name) == code


def test_a_name_in_another_script_is_its_own_sound():
    assert keys.sound("Иванова") == "ИВАНОВА"
    assert keys.sound("") == ""


def test_a_person_is_found_by_both_first_names_and_never_by_a_bare_number():
    rows = keys.keys_of(
        given_name="Margaret", preferred_name="Peggy", family_name="Clarke", born_on=BORN, postcode="m33 7zf",
        hashed_number="abc",
    )  # fmt: skip
    assert ("name_born", "margaret clarke 1984-03-15") in rows
    assert ("name_born", "peggy clarke 1984-03-15") in rows
    assert ("postcode", "M337ZF") in rows
    assert ("number", "abc") in rows
    assert ("sound_born", "C462 1984-03-15") in rows


def test_without_birth_date_and_postcode_only_the_name_is_left():
    rows = keys.keys_of(
        given_name="Ada", preferred_name="", family_name="Clarke", born_on=None, postcode="", hashed_number=""
    )
    assert {kind for kind, _ in rows} == {"family", "sound"}


def test_the_same_number_has_another_hash_in_every_scheme():
    assert keys.hashed_number(1, "9434765919") == keys.hashed_number(1, "9434765919")
    assert keys.hashed_number(1, "9434765919") != keys.hashed_number(2, "9434765919")
    assert "9434765919" not in keys.hashed_number(1, "9434765919")
    assert keys.hashed_number(1, "") == ""


def test_two_traits_are_enough():
    Traits(family_name="Clarke", born_on=BORN).check()
    Traits(family_name="Clarke", postcode="M33 7ZF", number="9434765919").check()


@pytest.mark.parametrize("traits", [Traits(), Traits(family_name="Clarke"), Traits(family_name="%", postcode="*")])
def test_fewer_than_two_traits_are_refused_and_signs_are_none_P02(traits):
    with pytest.raises(errors.TooFewTraits, match="at least two"):
        traits.check()


@pytest.mark.parametrize("traits", [Traits(number="9434765919"), Traits(number="9434765919", born_on=BORN)])
def test_a_number_needs_two_further_traits_P01(traits):
    with pytest.raises(errors.NumberAlone, match="two of"):
        traits.check()


def test_the_kinds_of_a_search_name_no_value():
    assert Traits(family_name="Clarke", number="9434765919").kinds() == ("family name", "number")
