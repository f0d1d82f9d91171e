"""A job put on the queue by a job exists if and only if what it follows from was committed."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from procrastinate.contrib.django import app

from linkwell.common.jobs import POLICIES, enqueue, scheme_job

NEXT, FIRST = "tests.next", "tests.first"


def work_off_the_queue() -> None:
    """Do every job that waits now; in a thread, for a browser's driver may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work).result()


def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.fixture
def jobs():
    """What was done, and what another connection saw waiting meanwhile; the jobs are forgotten afterwards."""
    yield [], []
    for name in (NEXT, FIRST):
        POLICIES.pop(name, None)
        app.tasks.pop(name, None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("fails", [False, True])
def test_a_job_of_a_job_waits_for_its_commit_and_goes_with_its_rollback(cloned_database, scheme, jobs, fails):
    done, outside = jobs

    def first(*, scheme_id: int) -> None:
        enqueue(NEXT, scheme_id=scheme_id)
        outside.append(waiting(cloned_database))
        if fails:
            raise ZeroDivisionError

    scheme_job(name=NEXT, purpose="a test")(lambda **_: done.append("next"))
    scheme_job(name=FIRST, purpose="a test")(first)
    enqueue(FIRST, scheme_id=scheme.pk)

    work_off_the_queue()
    work_off_the_queue()

    assert outside == [0]  # nobody else sees it before the commit
    assert done == ([] if fails else ["next"])


def waiting(clone) -> int:
    with psycopg.connect(clone.app_url) as app_role:
        query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s"
        return app_role.execute(query, [NEXT]).fetchone()[0]
