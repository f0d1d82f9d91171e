"""Links and their codes: nothing raw at rest, one use, one browser, one purpose."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from linkwell.team import tokens
from linkwell.team.models import OneTimeCode, Token
from linkwell.team.queries import token_scheme
from linkwell.team.tokens import CodeResult

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def given_a_link(scheme, *, purpose="organisation_reply", lives=timedelta(days=90)):
    return tokens.make_token(scheme_id=scheme.pk, purpose=purpose, object_id=7, expires_at=NOON + lives, at=NOON)


def digits_of(code: OneTimeCode) -> str:
    return tokens.code_of(OneTimeCode.objects.get(pk=code.pk))


def test_a_link_is_found_by_its_secret_alone_and_names_its_scheme(scheme):
    token = given_a_link(scheme)

    found = token_scheme(tokens.secret_of(token), purpose="organisation_reply", at=NOON)

    assert (found.token_id, found.scheme_id, found.object_id) == (token.pk, scheme.pk, 7)
    assert len(tokens.secret_of(token)) >= 43


def test_neither_the_secret_nor_the_code_is_in_the_database(scheme):
    token = given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="this one", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text || c::text FROM team_token t, team_onetimecode c")
        stored = cursor.fetchone()[0]

    assert tokens.secret_of(token) not in stored
    assert digits_of(code) not in stored
    assert "this one" not in stored


def test_with_another_key_the_stored_row_makes_another_secret(scheme, settings):
    token = given_a_link(scheme)
    before = tokens.secret_of(token)
    settings.FIELD_KEY = "somebody else's key"
    assert tokens.secret_of(token) != before


@pytest.mark.parametrize("at", [NOON + timedelta(days=90), NOON + timedelta(days=400)])
def test_a_link_that_is_over_is_not_found(scheme, at):
    secret = tokens.secret_of(given_a_link(scheme))
    assert token_scheme(secret, purpose="organisation_reply", at=at) is None


def test_a_link_that_was_stopped_is_not_found(scheme):
    secret = tokens.secret_of(given_a_link(scheme))
    assert tokens.revoke(scheme_id=scheme.pk, purpose="organisation_reply", object_id=7, at=NOON) == 1
    assert token_scheme(secret, purpose="organisation_reply", at=NOON) is None


def test_a_link_for_another_purpose_is_not_found(scheme):
    secret = tokens.secret_of(given_a_link(scheme, purpose="listing"))
    assert token_scheme(secret, purpose="organisation_reply", at=NOON) is None


def test_a_code_works_once_and_opens_the_link_in_that_browser_for_an_hour(scheme):
    token = given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    assert not tokens.is_open(token_id=token.pk, browser="mine", at=NOON)

    first = tokens.redeem_code(token_id=token.pk, browser="mine", typed=f" {digits_of(code)} ", at=NOON)
    second = tokens.redeem_code(token_id=token.pk, browser="mine", typed=digits_of(code), at=NOON)

    assert (first, second) == (CodeResult.RIGHT, CodeResult.OVER)
    assert tokens.is_open(token_id=token.pk, browser="mine", at=NOON + timedelta(minutes=59))
    assert not tokens.is_open(token_id=token.pk, browser="mine", at=NOON + timedelta(minutes=60))
    assert not tokens.is_open(token_id=token.pk, browser="", at=NOON)


def test_a_code_is_of_no_use_in_another_browser_or_with_another_link(scheme):
    token, other = given_a_link(scheme), given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    typed = digits_of(code)

    assert tokens.redeem_code(token_id=token.pk, browser="theirs", typed=typed, at=NOON) == CodeResult.OVER
    assert tokens.redeem_code(token_id=other.pk, browser="mine", typed=typed, at=NOON) == CodeResult.OVER
    assert not tokens.is_open(token_id=token.pk, browser="theirs", at=NOON)


def test_a_code_that_another_browser_asks_for_later_leaves_mine_alone(scheme):
    token = given_a_link(scheme)
    mine = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    tokens.ask_for_code(token_id=token.pk, browser="a scanner", at=NOON + timedelta(seconds=5))
    assert tokens.redeem_code(token_id=token.pk, browser="mine", typed=digits_of(mine), at=NOON) == CodeResult.RIGHT


def test_a_code_is_over_after_15_minutes(scheme):
    token = given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    late = NOON + timedelta(minutes=15)
    assert tokens.redeem_code(token_id=token.pk, browser="mine", typed=digits_of(code), at=late) == CodeResult.OVER


def test_after_five_wrong_tries_the_right_code_is_refused_too(scheme):
    token = given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    wrong = "00000000" if digits_of(code) != "00000000" else "11111111"
    for _ in range(5):
        assert tokens.redeem_code(token_id=token.pk, browser="mine", typed=wrong, at=NOON) == CodeResult.WRONG
    assert tokens.redeem_code(token_id=token.pk, browser="mine", typed=digits_of(code), at=NOON) == CodeResult.OVER
    assert not tokens.asked_for_code(token_id=token.pk, browser="mine", at=NOON)


def test_a_sixth_code_within_an_hour_is_refused_and_one_after_it_is_not(scheme):
    token = given_a_link(scheme)
    for minute in range(5):
        tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON + timedelta(minutes=minute))
    with pytest.raises(tokens.TooManyCodes, match="wait an hour"):
        tokens.ask_for_code(token_id=token.pk, browser="another", at=NOON + timedelta(minutes=30))
    assert tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON + timedelta(minutes=61))


def test_no_more_than_fifteen_codes_a_day_so_that_guessing_has_no_time(scheme):
    token = given_a_link(scheme)
    for hour in range(3):
        for minute in range(5):
            tokens.ask_for_code(token_id=token.pk, browser="x", at=NOON + timedelta(hours=2 * hour, minutes=minute))
    with pytest.raises(tokens.TooManyCodes):
        tokens.ask_for_code(token_id=token.pk, browser="x", at=NOON + timedelta(hours=10))


def test_no_code_is_made_for_a_link_that_is_over(scheme):
    token = given_a_link(scheme)
    with pytest.raises(tokens.LinkIsOver):
        tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON + timedelta(days=91))


def test_a_code_is_refused_once_its_link_is_stopped(scheme):
    token = given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    tokens.revoke(scheme_id=scheme.pk, purpose="organisation_reply", object_id=7, at=NOON)
    assert tokens.redeem_code(token_id=token.pk, browser="mine", typed=digits_of(code), at=NOON) == CodeResult.OVER
    assert tokens.redeem_code(token_id=0, browser="mine", typed="1", at=NOON) == CodeResult.OVER


def test_codes_have_eight_digits_that_differ(scheme):
    token = given_a_link(scheme)
    made = {digits_of(tokens.ask_for_code(token_id=token.pk, browser="m", at=NOON)) for _ in range(5)}
    assert len(made) == 5
    assert all(len(digits) == 8 and digits.isdigit() for digits in made)
    assert tokens.spaced("12345678") == "1234 5678"


def test_K04_eight_tries_at_the_same_moment_use_a_code_once(cloned_database, scheme):
    token = given_a_link(scheme)
    code = tokens.ask_for_code(token_id=token.pk, browser="mine", at=NOON)
    typed = digits_of(code)

    def one_try(_: int) -> CodeResult:
        try:
            return tokens.redeem_code(token_id=token.pk, browser="mine", typed=typed, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one_try, range(8)))

    assert results.count(CodeResult.RIGHT) == 1
    assert Token.objects.get(pk=token.pk).codes.get().attempts == 1
