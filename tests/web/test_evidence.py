"""“Is it helping?” as the commissioner sees it: closed quarters, shown numbers, never a person (EV11, EV12)."""

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.evaluation.figures import figures, manual
from linkwell.evaluation.methods.quarters import quarter_of
from linkwell.people.models import Person
from linkwell.team.access import COM, DIR, LW, MGR, REF, SUP
from linkwell.web.evidence.tables import Points, Share, Table, as_file, as_read, as_typed
from tests.database import ROOT
from tests.evaluation.people import Town
from tests.factories import MembershipFactory, in_scheme

REPORT = "/evidence/"


def last_quarter():
    """Return the last closed quarter and a day early in it."""
    this = quarter_of(timezone.localdate())
    year, number = (this.year - 1, 4) if this.number == 1 else (this.year, this.number - 1)
    day = date(year, 3 * number - 2, 2)
    return quarter_of(day), day


@pytest.fixture
def town(scheme):
    town, day = Town(), last_quarter()[1]
    town.refused(12, day, "declined")
    town.supported(20, day, reached="met", happy=(4, 6), lonely=(1, 2))
    town.supported(10, day, reached="attended", reason="goals_met", happy=(6, 5), lonely=(3, 3))
    town.supported(3, day, reached="tried", reason="died")
    return town


@pytest.fixture
def commissioner(town, client_for):
    return client_for(MembershipFactory(role=COM))


def text(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_says_who_was_reached_what_changed_and_what_is_not_known(commissioner):
    shown = text(commissioner.get(REPORT))
    assert "Of about 40 people referred, about 30 had a first conversation." in shown
    assert "A change is not an effect" in shown
    assert "We do not know" in shown and "Worse" in shown and "Better" in shown
    assert "+1.0" in shown and "95% range" in shown


def test_every_figure_leads_to_its_definition(commissioner):
    shown = text(commissioner.get(REPORT))
    there = text(commissioner.get(reverse("evidence:definitions")))
    linked = set(re.findall(r'/evidence/definitions/#([a-z-]+)"', shown))
    assert {
        "funnel",
        "joined",
        "reasons",
        "first-contact",
        "paired-change",
        "mean-change",
        "small-numbers",
        "limits",
    } <= linked
    for code in linked:
        assert f'id="{code}"' in there


def test_x01_a_small_number_is_one_symbol_wherever_it_stands(commissioner):
    shown = text(commissioner.get(REPORT))
    died = shown[shown.index("Reason </span>Died") :][:900]
    assert "[c]" in died and ">3<" not in died
    assert re.search(r"(?<![\d.,-])[1-7] people", shown) is None


def test_x08_no_person_no_reference_and_no_link_to_one_is_on_the_page(commissioner):
    shown = text(commissioner.get(REPORT)) + text(commissioner.get(f"{REPORT}files/all.csv"))
    for person in Person.objects.all():
        assert person.family_name not in shown
    assert "T-0" not in shown and "/people/" not in shown and "/measures/" not in shown


def test_x08_nothing_but_the_views_is_read_for_the_report(commissioner):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        commissioner.get(REPORT)
    statements = [row["sql"] for row in seen.captured_queries]
    began = next(place for place, sql in enumerate(statements) if "SET LOCAL ROLE linkwell_report" in sql)
    ended = next(place for place, sql in enumerate(statements) if "set_config('role'" in sql)
    inside, outside = statements[began + 1 : ended], statements[:began] + statements[ended:]
    read = [sql for sql in inside if not sql.startswith("SET LOCAL")]
    assert len(read) == 4 and all("FROM report_" in sql for sql in read)
    for table in ("people_person", "referrals_referral", "support_", "outcomes_", "connections_", "report_"):
        assert not any(table in sql for sql in outside)


def test_the_page_takes_the_same_few_statements_for_any_number_of_people(commissioner, town):
    def count():
        with CaptureQueriesContext(connection) as seen:
            commissioner.get(REPORT)
        return len(seen)

    count()  # the first page of a session notes when it began
    before = count()
    town.supported(20, last_quarter()[1], reached="met", happy=(4, 6))
    assert count() == before
    assert before <= 24


def test_one_quarter_can_be_chosen_from_the_list_and_only_from_it(commissioner):
    quarter, _day = last_quarter()
    shown = text(commissioner.get(reverse("evidence:quarter", args=[quarter.code])))
    assert quarter.name in shown and 'aria-current="page"' in shown
    this = quarter_of(timezone.localdate()).code
    for code in (this, quarter.following.following.code, "2001-q1", "2026", "2026-q9", "last-30-days", "all-time"):
        assert commissioner.get(reverse("evidence:quarter", args=[code])).status_code == 404
        assert commissioner.get(reverse("evidence:file", args=[code])).status_code == 404


OF_ONE_REQUEST = r'nonce="[^"]*"|value="(?:[^"]{64}|[\w-]{22})"|"X-CSRFToken": "[^"]*"'


def test_x03_dates_groups_and_orders_in_the_address_change_nothing(commissioner):
    asked = f"{REPORT}?from=2026-07-01&to=2026-07-08&practice=1&worker=1&sort=name&order_by=person&group=ethnicity"
    assert text(commissioner.get(asked)).replace("nonce", "") is not None
    plain = re.sub(OF_ONE_REQUEST, "", text(commissioner.get(REPORT)))
    other = re.sub(OF_ONE_REQUEST, "", text(commissioner.get(asked)))
    assert plain == other


def test_the_file_holds_exactly_the_tables_of_the_page(commissioner):
    shown = text(commissioner.get(REPORT))
    answer = commissioner.get(reverse("evidence:file", args=["all"]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="is-it-helping-all.csv"' in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert ["Referred", "40", "100%", "[c]", "10"] in rows
    happiness = next(row for row in rows if row and row[0] == "Happiness yesterday")
    assert happiness[:8] == ["Happiness yesterday", "30", "30", "30", "20", "[c]", "10", "[c]"]
    for row in rows[8:]:
        for value in row:
            plain = value.lstrip("'")
            assert plain.replace("'", "&#39;") in shown or f"+{plain}" in shown or plain.startswith("-")


@pytest.mark.parametrize("typed", ["=1+1", "+44 20", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_text_in_a_file_is_run_by_a_spreadsheet(typed):
    assert as_typed(typed) == f"'{typed}"
    table = Table("funnel", typed, (typed,), ((typed, 1234, Share(0.456), Points(-0.31, signed=True), None),))
    rows = list(csv.reader(io.StringIO(as_file([table], heading=[typed]))))
    assert rows[0] == rows[3] == [f"'{typed}"]
    assert rows[4] == [f"'{typed}", "1234", "46%", "-0.3", "[c]"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "[c]"), (1234, "1,234"), (Share(None), "[c]"), (Share(1), "100%"), (Points(None), "[c]"),
        (Points(0.44, signed=True), "+0.4"), (Points(-2.0), "−2.0"), (Points(0.0, signed=True), "0.0"),
    ],
)  # fmt: skip
def test_a_value_is_read_on_the_page_as_people_write_it(value, words):
    assert as_read(value) == words


@pytest.mark.parametrize("role", [COM, MGR, SUP])
def test_a_new_scheme_is_told_when_its_first_quarter_closes(scheme, client_for, role):
    client = client_for(MembershipFactory(role=role))
    shown = text(client.get(REPORT))
    closes = quarter_of(timezone.localdate()).ended_on
    assert "No quarter has closed yet" in shown
    assert f"The first one closes on {closes.day} {closes:%B %Y}" in shown
    assert client.get(reverse("evidence:file", args=["all"])).status_code == 404


@pytest.mark.parametrize("role", [LW, REF, DIR])
def test_nobody_else_opens_the_report(town, client_for, role):
    client = client_for(MembershipFactory(role=role))
    for address in (REPORT, reverse("evidence:file", args=["all"]), reverse("evidence:definitions")):
        assert client.get(address).status_code == 404


def test_t03_another_scheme_has_its_own_report(town, foreign_scheme, client_for):
    with in_scheme(foreign_scheme):
        stranger = client_for(MembershipFactory(role=COM))
    assert "No quarter has closed yet" in text(stranger.get(REPORT))


def test_x07_a_quarter_of_two_practices_shows_no_numbers_and_says_why(scheme, client_for):
    Town(practices=2).supported(30, last_quarter()[1], reached="met", happy=(4, 6))
    shown = text(client_for(MembershipFactory(role=COM)).get(REPORT))
    assert "fewer than three practices or link workers took part" in shown
    assert "<td" in shown and ">30<" not in shown


def test_reading_and_downloading_leave_their_trace(commissioner):
    commissioner.get(REPORT)
    commissioner.get(reverse("evidence:file", args=["all"]))
    events = AuditEvent.objects.filter(role=COM).values_list("event", flat=True)
    assert {"report.read", "report.exported"} <= set(events)


def test_the_manual_holds_the_definitions_of_the_page():
    assert (ROOT / "docs/reference/figures.md").read_text(encoding="utf-8") == manual()
    codes = [figure.code for figure in figures()]
    assert len(codes) == len(set(codes))
