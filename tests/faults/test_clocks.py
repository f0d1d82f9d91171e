"""The clock is set back, or leaps: what is over stays over, and what happened keeps its order. Security: Z28."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linkwell.common import once
from linkwell.common.once import Earlier, Sending
from linkwell.referrals.actions import add_note
from linkwell.referrals.models import ReferralEvent
from linkwell.team import jobs, tokens
from linkwell.team.access import REF
from linkwell.team.models import OneTimeCode, Token
from linkwell.team.queries import token_scheme
from linkwell.team.tokens import CodeResult
from tests.factories import MembershipFactory, ReferralFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BACK = timedelta(hours=1)


@pytest.fixture
def token(scheme):
    return tokens.make_token(
        scheme_id=scheme.pk, purpose="invitation", object_id=1, expires_at=NOW + timedelta(minutes=30), at=NOW
    )


def opens(token, at):
    return token_scheme(tokens.secret_of(token), purpose="invitation", at=at) is not None


def test_Z28_a_link_that_is_over_stays_over_when_the_clock_is_set_back(token):
    over = NOW + timedelta(minutes=31)
    assert opens(token, NOW) and not opens(token, over)
    assert tokens.end_what_is_over(at=over) == 1

    assert not opens(token, over - BACK)


def test_Z28_a_link_in_force_is_not_ended_by_the_job_nor_by_a_clock_set_back(token):
    tokens.end_what_is_over(at=NOW + timedelta(minutes=29))
    assert opens(token, NOW - BACK) and opens(token, NOW + timedelta(minutes=29))


def test_Z28_a_code_that_came_too_late_stays_so_when_the_clock_is_set_back(token):
    code = tokens.ask_for_code(token_id=token.pk, browser="b", at=NOW)
    typed = tokens.code_of(code)
    late = NOW + timedelta(minutes=16)
    assert tokens.redeem_code(token_id=token.pk, browser="b", typed=typed, at=late) is CodeResult.OVER

    assert tokens.redeem_code(token_id=token.pk, browser="b", typed=typed, at=late - BACK) is CodeResult.OVER
    assert not OneTimeCode.objects.exclude(redeemed_at=None).exists()


def test_Z28_the_job_ends_what_nobody_looked_at(token):
    Token.objects.filter(pk=token.pk).update(expires_at=NOW - timedelta(seconds=1))
    jobs.end_links(timestamp=0)
    assert not opens(token, NOW - BACK)


@pytest.mark.parametrize("leap", [-BACK, timedelta(days=1)])
def test_Z28_a_form_s_key_is_known_whatever_the_clock_says(scheme, leap):
    sending = Sending("k" * 22, "account 1", "/", "words", has_words=True)
    once.settle(once.claim(sending, at=NOW), location="/there/")

    assert once.claim(sending, at=NOW + leap) == Earlier("/there/", NOW, same_body=True)


def test_Z28_what_happened_is_in_the_order_in_which_it_happened_when_the_clock_is_set_back(scheme):
    rana = MembershipFactory(role=REF)
    referral = ReferralFactory(practice=rana.practice)
    add_note(referral_id=referral.pk, note="The first", by=rana, at=NOW)
    add_note(referral_id=referral.pk, note="The second", by=rana, at=NOW - BACK)

    told = ReferralEvent.objects.filter(referral=referral, by=rana).order_by("pk").values_list("reason", flat=True)
    assert list(told) == ["The first", "The second"]
    referral.refresh_from_db()
    assert referral.reason.endswith("The first\n\nThe second")
