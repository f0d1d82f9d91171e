"""Who can be signed in as in the demo scheme. Features: UX4."""

from datetime import date

from linkwell.demo.sign_ins import one_of_each_role, sign_ins
from tests.factories import AccountFactory, MembershipFactory, PracticeFactory, SchemeFactory, in_scheme

NEW_YEAR, TODAY = date(2026, 1, 1), date(2026, 11, 23)


def member(scheme, name, role, **fields):
    with in_scheme(scheme):
        account = AccountFactory(name=name, is_demo=scheme.is_demo)
        return MembershipFactory(scheme=scheme, account=account, role=role, began_on=NEW_YEAR, **fields)


def demo_scheme():
    scheme = SchemeFactory(is_demo=True, role_name="social prescriber")
    member(scheme, "Zoe Last", "SUP")
    member(scheme, "Bo Second", "LW")
    member(scheme, "Al First", "LW", job_title="Senior")
    member(scheme, "Cy Gone", "MGR", ended_on=date(2026, 6, 1))
    with in_scheme(scheme):
        surgery = PracticeFactory(scheme=scheme, name="Weir Surgery")
    member(scheme, "Dr Green", "REF", practice=surgery)
    return scheme


def test_everyone_who_is_a_member_today_is_offered_by_role_and_name(db):
    demo_scheme()
    member(SchemeFactory(), "Real Person", "LW")

    found = sign_ins(on=TODAY)

    assert [(one.name, one.role_name, one.place) for one in found] == [
        ("Dr Green", "Referrer", "Weir Surgery"),
        ("Al First", "Social prescriber", ""),
        ("Bo Second", "Social prescriber", ""),
        ("Zoe Last", "Team lead", ""),
    ]
    assert [one.name for one in one_of_each_role(found)] == ["Dr Green", "Al First", "Zoe Last"]


def test_the_command_shows_one_of_each_role_and_where_to_sign_in(run):
    demo_scheme()

    done = run("demo", "sign-ins")

    assert done.returncode == 0, done.stderr
    assert "Demo sign-ins, without a password, at http://localhost:8000/demo/" in done.stdout
    assert "Al First" in done.stdout and "Bo Second" not in done.stdout


def test_without_a_demo_scheme_there_is_nobody_to_sign_in_as(run):
    done = run("demo", "sign-ins")

    assert (done.returncode, done.stderr) == (
        1,
        "This database holds no demo scheme. Load it into an empty one with `linkwell demo load`.\n",
    )
