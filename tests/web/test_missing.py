"""What is missing for one person: one press, put right until its quarter closes, and what groups say (MA7, CO11)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.connections.models import UnmetNeed
from linkwell.support.models import EpisodeNeed
from linkwell.team.access import LW, SUP
from tests.factories import EpisodeFactory, MembershipFactory, ServiceFactory
from tests.web.test_evidence import text

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SEARCHED = {"needs": ["money", "loneliness"], "words": "the bailiffs came", "days": ["1"], "reach": "3000",
            "modes": ["in_person"], "free_only": "on"}  # fmt: skip


@pytest.fixture
def worker(scheme):
    return MembershipFactory(role=LW)


@pytest.fixture
def staff(client_for, worker):
    return client_for(worker)


@pytest.fixture
def episode(worker):
    made = EpisodeFactory(link_worker=worker)
    for code in ("money", "bereavement"):
        EpisodeNeed.objects.create(scheme=made.scheme, episode=made, code=code, raised_at=NOW, by=worker)
    return made


def at(name, *args):
    return reverse(name, args=args)


def recorded():
    return {row.code: row for row in UnmetNeed.objects.filter(withdrawn_at=None)}


def test_MA7_one_press_keeps_every_need_of_the_search_its_limits_and_what_each_limit_kept_out(staff, episode):
    for number in range(2):
        ServiceFactory(name=f"Advice {number}", need_codes=["money"], modes=["in_person"], slots=1 << 6)
    ServiceFactory(name="Dear advice", need_codes=["money"], modes=["in_person"], is_free=False)
    page = staff.post(at("support_search:for_person", episode.person_id), SEARCHED).content.decode()
    assert 'name="reach" value="3000"' in page
    answer = staff.post(at("support_search:missing", episode.person_id), SEARCHED, follow=True)
    assert "Recorded as missing here: Money or debt, Loneliness or isolation." in text(answer)
    money = recorded()["money"]
    assert (money.kept_out, money.main_reason, money.origin) == ({"time": 2, "cost": 1}, "time", "search")
    assert money.limits == {"modes": ["in_person"], "days": [1], "free_only": True}
    assert recorded()["loneliness"].main_reason == "nothing"
    assert "bailiffs" not in repr(vars(money))
    shown = text(staff.get(at("missing:person", episode.person_id)))
    assert "At that time: 2 fit but for the days, 1 fits but for the cost." in shown


def test_the_same_need_again_is_the_same_record_and_says_what_failed_now(staff, episode):
    for days in (["1"], ["2"]):
        staff.post(at("support_search:missing", episode.person_id), SEARCHED | {"days": days})
    assert UnmetNeed.objects.count() == 2 and recorded()["money"].limits["days"] == [2]


def test_a_search_without_needs_is_asked_for_one_and_its_words_are_not_kept(staff, episode):
    asked = staff.post(at("support_search:missing", episode.person_id), SEARCHED | {"needs": []})
    assert "What is missing?" in text(asked) and not UnmetNeed.objects.exists()
    typed = {"missing-code": "money", "missing-what_failed": "evenings"}
    staff.post(at("support_search:missing", episode.person_id), typed)
    assert (recorded()["money"].what_failed, recorded()["money"].limits) == ("evenings", {})


def test_MA7_one_press_on_the_plan_records_a_need_under_the_limits_of_the_plan(staff, episode):
    page = text(staff.get(at("plan:plan", episode.person_id)))
    assert page.count("Nothing here fits") == 2
    staff.post(at("missing:from_plan", episode.person_id), {"code": "bereavement"})
    found = recorded()["bereavement"]
    assert (found.origin, found.main_reason) == ("plan", "nothing")
    refused = staff.post(at("missing:from_plan", episode.person_id), {"code": "no such need"})
    assert refused.status_code == 200 and UnmetNeed.objects.count() == 1


def test_a_record_is_changed_and_withdrawn_until_its_quarter_closes(staff, episode):
    staff.post(at("missing:from_plan", episode.person_id), {"code": "money"})
    found = UnmetNeed.objects.get()
    page = at("missing:change", episode.person_id, found.pk)
    assert "Save the change" in text(staff.get(page))
    staff.post(page, {"code": "benefits", "what_failed": "mornings", "main_reason": "time"})
    assert (recorded()["benefits"].what_failed, recorded()["benefits"].main_reason) == ("mornings", "time")
    UnmetNeed.objects.update(at=NOW - timedelta(days=100))
    refused = staff.post(page, {"code": "money", "what_failed": "x"})
    assert "The quarter of this record has closed" in text(refused)
    staff.post(at("missing:withdraw", episode.person_id, found.pk))
    assert recorded()["benefits"].what_failed == "mornings"
    UnmetNeed.objects.update(at=timezone.now())
    staff.post(at("missing:withdraw", episode.person_id, found.pk))
    assert recorded() == {}
    assert "Nothing is recorded yet" in text(staff.get(at("missing:person", episode.person_id)))
    assert set(AuditEvent.objects.filter(event__startswith="unmet_need").values_list("event", flat=True)) == {
        "unmet_need.recorded", "unmet_need.changed", "unmet_need.withdrawn",
    }  # fmt: skip


def test_a_record_of_somebody_else_or_of_a_colleagues_person_is_absent(staff, episode):
    theirs = EpisodeFactory(link_worker=MembershipFactory(role=LW))
    row = UnmetNeed.objects.create(scheme=theirs.scheme, episode=theirs, code="money", at=NOW, by=theirs.link_worker)
    for person_id in (episode.person_id, theirs.person_id):
        assert staff.get(at("missing:change", person_id, row.pk)).status_code == 404
        assert staff.post(at("missing:withdraw", person_id, row.pk)).status_code == 404
    assert staff.get(at("missing:person", theirs.person_id)).status_code == 404


def test_a_team_lead_reads_and_does_not_write(client_for, episode):
    lead = client_for(MembershipFactory(role=SUP))
    page = text(lead.get(at("missing:person", episode.person_id)))
    assert not re.search("Record it|Withdraw", page)
    typed = {"missing-code": "money", "missing-what_failed": "evenings"}
    assert lead.post(at("missing:person", episode.person_id), typed).status_code == 404
    assert not UnmetNeed.objects.exists()
