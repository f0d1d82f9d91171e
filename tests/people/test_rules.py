from datetime import UTC, date, datetime, timedelta

import pytest

from linkwell.people import errors, rules
from linkwell.people.keys import NHS_NUMBER

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_an_nhs_number_has_ten_digits():
    with pytest.raises(errors.NotAHealthNumber, match="10 digits"):
        rules.check_health_number(NHS_NUMBER, "943476591")


@pytest.mark.parametrize(("system", "digits"), [(NHS_NUMBER, "9434765918"), (NHS_NUMBER, ""), ("", "12")])
def test_a_wrong_check_digit_no_number_or_another_system_is_no_refusal(system, digits):
    rules.check_health_number(system, digits)


@pytest.mark.parametrize(("given", "family"), [("", "Clarke"), ("Ada", "  ")])
def test_both_names_are_needed(given, family):
    with pytest.raises(errors.NameMissing):
        rules.check_names(given, family)


def test_nobody_is_born_tomorrow():
    rules.check_born(date(2026, 11, 23), date(2026, 11, 23))
    rules.check_born(None, date(2026, 11, 23))
    with pytest.raises(errors.BornInTheFuture):
        rules.check_born(date(2026, 11, 24), date(2026, 11, 23))


@pytest.mark.parametrize("given", [("07700 900123", "", ""), ("", "ada@example.org", ""), ("", "", "1 High Street")])
def test_one_way_to_reach_someone_is_enough(given):
    rules.check_reachable(*given, no_fixed_abode=False)


def test_no_fixed_address_is_a_place_too_but_nothing_at_all_is_refused():
    rules.check_reachable("", "", "", no_fixed_abode=True)
    with pytest.raises(errors.NoWayToReach, match="at least one way"):
        rules.check_reachable(" ", "", "", no_fixed_abode=False)


@pytest.mark.parametrize(("text", "none_known"), [("", False), ("A dog that bites", True)])
def test_a_risk_is_either_told_or_none_is_known(text, none_known):
    with pytest.raises(errors.RiskUnclear):
        rules.check_risk(text, none_known=none_known)


def test_a_risk_or_none_passes():
    rules.check_risk("A dog that bites", none_known=False)
    rules.check_risk("", none_known=True)


@pytest.mark.parametrize(("reason", "text"), [("", "x"), (rules.OTHER_REASON, " ")])
def test_opening_a_record_needs_a_reason_and_another_reason_its_words(reason, text):
    with pytest.raises(errors.ReasonMissing):
        rules.check_opening_reason(reason, text)


def test_a_reason_of_the_list_is_enough():
    rules.check_opening_reason("Taking a call", "")
    rules.check_opening_reason(rules.OTHER_REASON, "His sister is at the door")


@pytest.mark.parametrize("ago", [timedelta(minutes=5, seconds=1), timedelta(minutes=-1), None])
def test_a_second_factor_older_than_five_minutes_or_of_the_future_does_not_count(ago):
    with pytest.raises(errors.SecondFactorNeeded):
        rules.check_second_factor(None if ago is None else NOW - ago, NOW)


def test_a_second_factor_of_this_minute_counts():
    rules.check_second_factor(NOW - timedelta(minutes=5), NOW)


@pytest.mark.parametrize(
    ("phone", "mobile"),
    [
        ("07700 900123", True), ("+44 7700 900123", True), ("0044 7700 900123", True), ("+353 85 012 3456", True),
        ("01632 960001", False), ("+44 1632 960001", False), ("07700 9001", False), ("", False), ("ask Jo", False),
    ],
)  # fmt: skip
def test_a_text_goes_to_what_can_take_one(phone, mobile):
    assert rules.is_mobile(phone) is mobile
