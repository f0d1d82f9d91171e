import pytest

from linkwell.places import postcodes


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("m337wr", "M33 7WR"),
        ("M33  7WR", "M33 7WR"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("W1A 0AX", "W1A 0AX"),
        ("M1 1AE", "M1 1AE"),
        ("M33 7W0", "M33 7WO"),  # a nought for a letter
        ("M33 OAA", "M33 0AA"),  # a letter for a nought
        ("GIR 0AA", "GIR 0AA"),
        ("ABC 1234", ""),
        ("M33", ""),
        ("", ""),
        ("NA", ""),
    ],
)
def test_a_postcode_is_written_in_full_form_or_not_at_all(text, whole):
    assert postcodes.normalise(text) == whole


@pytest.mark.parametrize(
    ("text", "code"),
    [("M33", "M33"), ("m33 7wr", "M33"), (" wa14 ", "WA14"), ("EC1A", "EC1A"), ("Sale", ""), ("12", "")],
)
def test_an_outward_code_is_found_alone_or_in_a_whole_postcode(text, code):
    assert postcodes.outward(text) == code


def test_a_postcode_is_found_in_an_address():
    assert postcodes.find("The Life Centre, 235 Washway Road, Sale M33 4BP, Manchester") == "M33 4BP"
