"""A Linkwell at work is killed; what its clients were told is kept is there, once, and with its own person.

Security: Z01, Z06, Z08, Z09. The same for longer, and with the supervisor killed too: `make faults`.
"""

import random

import psutil
import pytest

from tests.faults.campaigns.random_kills import try_for as kill_for
from tests.faults.campaigns.restarts import try_for as restart
from tests.faults.power import cut, without_sync
from tests.faults.running import eventually
from tests.faults.site import site, wait_until_well

pytestmark = [pytest.mark.fault, pytest.mark.embedded]


@pytest.fixture(scope="module")
def made():
    with site() as made:
        yield made


@pytest.fixture
def chance(request):
    """The same draws on every run, and others in each test: forms that carry one key are one form."""
    return random.Random(request.node.name)


def whole(outcome):
    return (outcome.lost, outcome.doubled, list(outcome.broken)) == (0, 0, [])


def test_Z01_a_web_process_killed_at_work_loses_nothing_acknowledged_and_a_form_sent_again_is_kept_once(made, chance):
    load = made.load(chance, name="web")
    load.start()
    for _ in range(3):
        served = load.answers[302]
        eventually(lambda served=served: load.answers[302] > served + 5, within=120, what="clients are served")
        assert made.kill("web process", chance)
    served = load.answers[302]
    eventually(lambda: load.answers[302] > served + 5, within=120, what="clients are served after the kills")
    wrong = load.stop()

    verdict = made.judge_ledger(load)
    assert (wrong, verdict.broken, verdict.lost, verdict.doubled) == ([], [], 0, 0)
    assert verdict.acknowledged > 20


def test_Z06_postgresql_killed_under_load_loses_nothing_acknowledged_and_pages_say_503_meanwhile(made, chance):
    load = made.load(chance, name="postgres")
    load.start()
    eventually(lambda: load.answers[302] > 10, within=120, what="clients are served")
    supervisor = psutil.Process(made.linkwell.process.pid)
    supervisor.suspend()  # or it might be there again before anybody has asked
    try:
        assert made.kill("postmaster", chance)
        eventually(lambda: load.answers[503] > 0, within=120, what="a page says 503")
    finally:
        supervisor.resume()
    wait_until_well(made)
    served = load.answers[302]
    eventually(lambda: load.answers[302] > served + 5, within=120, what="clients are served without a restart")
    wrong = load.stop()

    verdict = made.judge_ledger(load)
    assert (wrong, verdict.broken, verdict.lost, verdict.doubled) == ([], [], 0, 0)


def test_Z08_all_that_was_answered_is_left_by_a_power_cut_at_the_last_answer(made, chance):
    verdict = cut(made, chance, acts=6, name="power")

    assert (verdict.lost, verdict.doubled, verdict.broken) == (0, 0, [])
    assert verdict.acknowledged >= 6


def test_Z08_the_trial_of_a_power_cut_would_notice_answers_that_were_not_synced(made, chance):
    with without_sync(made):
        assert cut(made, chance, acts=6, name="loose").lost > 0


def test_Z09_restarts_of_postgresql_under_load_leave_no_stuck_pool_and_clear_errors_only(made, chance):
    outcome = restart(made, chance, restarts=2, seconds=0, at_least=2, name="restarts", with_mails=False)

    assert whole(outcome), outcome
    assert outcome.kills == 2 and outcome.acknowledged > 20


def test_random_kills_of_every_process_but_the_supervisor_leave_every_promise_kept(made, chance):
    outcome = kill_for(made, 4, chance, at_least=3, name="kills", spare=("supervisor",))

    assert whole(outcome), outcome
    assert outcome.kills >= 3
