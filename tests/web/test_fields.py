"""A day typed as three numbers, and the sentences a form says."""

from datetime import date

import pytest
from django import forms

from linkwell.web.fields import DayField
from linkwell.web.forms import PageForm
from linkwell.web.forms_display import control, problems


class Born(PageForm):
    born_on = DayField(label="Date of birth", earliest=date(1900, 1, 1), latest=lambda: date(2026, 11, 23))


def typed(day: str, month: str, year: str) -> Born:
    return Born({"born_on-day": day, "born_on-month": month, "born_on-year": year})


@pytest.mark.parametrize("month", ["3", "03", "mar", "March", " 3 "])
def test_a_month_may_be_a_number_or_a_name(month):
    form = typed("15", month, "1984")
    assert form.is_valid()
    assert form.cleaned_data["born_on"] == date(1984, 3, 15)


@pytest.mark.parametrize(
    ("day", "month", "year", "said"),
    [
        ("", "", "", "Enter date of birth"),
        ("15", "", "1984", "Date of birth must include a month"),
        ("", "", "1984", "Date of birth must include a day and month"),
        ("31", "2", "1984", "Date of birth must be a real date"),
        ("x", "2", "1984", "Date of birth must be a real date"),
        ("²", "2", "1984", "Date of birth must be a real date"),
        ("15", "3", "84", "Date of birth: the year must have 4 numbers"),
        ("31", "12", "1899", "Date of birth must be 1 January 1900 or later"),
        ("24", "11", "2026", "Date of birth must be 23 November 2026 or earlier"),
    ],
)
def test_a_wrong_day_is_refused_in_a_sentence_and_stays_as_typed(day, month, year, said):
    form = typed(day, month, year)
    assert form.errors["born_on"] == [said]
    assert [part.value for part in control(form["born_on"]).parts] == [day, month, year]


def test_a_day_that_may_stay_empty_is_none():
    class Optional(PageForm):
        ended_on = DayField(label="Last day", required=False)

    form = Optional({})
    assert form.is_valid()
    assert form.cleaned_data["ended_on"] is None
    assert control(form["ended_on"]).label == "Last day (optional)"


def test_the_first_day_shown_is_the_one_known():
    form = Born(initial={"born_on": date(1984, 3, 15)})
    assert [part.value for part in control(form["born_on"]).parts] == ["15", "3", "1984"]
    assert not Born(
        {"born_on-day": "15", "born_on-month": "3", "born_on-year": "1984"}, initial={"born_on": date(1984, 3, 15)}
    ).has_changed()


def test_a_day_has_its_own_message_when_given_one():
    class Own(PageForm):
        met_on = DayField(label="Met on", error_messages={"invalid": "There is no such day"})

    assert Own({"met_on-day": "31", "met_on-month": "2", "met_on-year": "2026"}).errors["met_on"] == [
        "There is no such day"
    ]


class Everything(PageForm):
    nhs_number = forms.CharField(label="NHS number")
    story = forms.CharField(label="What is going on?", widget=forms.Textarea)
    minutes = forms.IntegerField(label="Minutes")
    reached = forms.ChoiceField(label="Reached", choices=[("y", "Yes")], widget=forms.RadioSelect)
    needs = forms.MultipleChoiceField(label="Needs", choices=[("m", "Money")], widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="They agreed")
    own = forms.CharField(label="Own", error_messages={"required": "Say it your way"})


def test_what_is_missing_is_asked_for_by_name():
    errors = Everything({}).errors
    assert errors["nhs_number"] == ["Enter NHS number"]
    assert errors["story"] == ["Answer the question: What is going on?"]
    assert errors["reached"] == ["Choose an answer: Reached"]
    assert errors["agreed"] == ["Tick the box: They agreed"]
    assert errors["own"] == ["Say it your way"]


def test_what_cannot_be_read_is_refused_with_an_example():
    errors = Everything({"minutes": "ten", "reached": "perhaps", "needs": ["gold"]}).errors
    assert errors["minutes"] == ["Minutes must be a whole number, like 30"]
    assert errors["reached"] == ["Choose one of the answers to: Reached"]
    assert errors["needs"] == ["Choose one of the answers to: Needs"]


def test_the_summary_leads_to_the_first_control_of_each_field():
    found = {problem.text: problem.href for problem in problems([Born({}), Everything({})])}
    assert found["Enter date of birth"] == "#id_born_on-day"
    assert found["Choose an answer: Reached"] == "#id_reached_0"
    assert found["Enter NHS number"] == "#id_nhs_number"


def test_a_refusal_of_the_whole_form_leads_nowhere_and_stands_first():
    form = Everything({})
    form.add_error(None, "This person is already waiting.")
    assert problems(form)[0].text == "This person is already waiting."
    assert problems(form)[0].href == ""


def test_a_password_and_a_file_are_never_written_back():
    class Secret(PageForm):
        password = forms.CharField(widget=forms.PasswordInput(render_value=True))

    assert control(Secret({"password": "hunter2"})["password"]).value == ""


def test_a_field_no_macro_draws_is_refused():
    class Split(PageForm):
        at = forms.SplitDateTimeField()

    with pytest.raises(TypeError, match="No macro draws a SplitDateTimeWidget"):
        control(Split()["at"])
