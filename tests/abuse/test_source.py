"""T08, T10, A01, A03, J03 and the dynamic queries of section 2: rules over the source, each with code it must find."""

import pytest
from django.conf import settings
from django.core.mail import EmailMessage

from linkwell.messages.errors import UnsafeMail
from linkwell.messages.mail import check_safe
from linkwell.team.access import ADM
from linkwell.web.checks import routes
from tests.abuse.matrix import expected
from tests.abuse.matrix.source import LOOKS_ELSEWHERE, RAW_SQL, ROOT, RULES, every_source, parsed

SOURCES = every_source()
MUST_BE_FOUND = {
    "base_manager": ["Person._base_manager.all()", "Person._default_manager.get(pk=1)"],
    "unscoped_reads": ["Person.objects.get(pk=1)", "models.Episode.objects.all()"],
    "raw_sql": [
        "with connection.cursor() as cursor: pass",
        "Person.objects.raw('SELECT 1')",
        "Note.objects.extra(where=['1'])",
    ],
    "outside_in_queries": [
        "rows.filter(**request.GET.dict())",
        "rows.annotate(**names)",
        "rows.order_by(request.GET['sort'])",
        "rows.order_by(*form.cleaned_data['sort'])",
        "rows.values(*request.POST.getlist('fields'))",
    ],
    "copies": ["EmailMessage(to=[a], cc=[b])", "message.bcc = [a]", "message['Bcc'] = a"],
    "impersonation": ["login(request, account)", "def impersonate(request): pass"],
}


@pytest.mark.parametrize("name", RULES)
def test_T10_A03_J03_the_source_keeps_the_rule(name):
    problems = [problem for source in SOURCES for problem in RULES[name](source)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in MUST_BE_FOUND.items() for text in texts])
def test_T10_A03_J03_the_rule_finds_what_breaks_it(name, text):
    assert list(RULES[name](parsed(text)))


def test_T10_sql_that_names_a_table_of_people_is_found_where_none_may():
    text = "with connection.cursor() as c: c.execute('SELECT * FROM people_person')"
    assert list(RULES["raw_sql"](parsed(text, "linkwell/cli/example.py")))


def test_T10_every_exception_to_the_rules_is_still_needed():
    for name in (*LOOKS_ELSEWHERE, *RAW_SQL):
        assert (ROOT / name).exists(), f"{name} is gone: take it out of tests/abuse/matrix/source.py."
    assert set(RULES) == set(MUST_BE_FOUND), "Each rule has code that it must find."


def test_A01_no_admin_site_and_no_page_about_people_for_an_administrator():
    assert not [app for app in settings.INSTALLED_APPS if "admin" in app or "hijack" in app or "impersonat" in app]
    about_people = {name for name, rule in expected.ROUTES.items() if rule.about in expected.OPENS}
    assert len(about_people) > 30
    for _pattern, name, view in routes():
        if name in about_people:
            assert ADM not in view.policy.roles, f"An administrator may open {name}."


@pytest.mark.parametrize(
    "message",
    [
        EmailMessage(to=["a@example.org", "b@example.org"]),
        EmailMessage(to=["a@example.org"], cc=["b@example.org"]),
        EmailMessage(to=["a@example.org"], bcc=["b@example.org"]),
        EmailMessage(to=["a@example.org, b@example.org"]),
    ],
)
def test_J03_a_mail_to_two_is_refused(message):
    with pytest.raises(UnsafeMail):
        check_safe(message)
    check_safe(EmailMessage(to=["a@example.org"]))
