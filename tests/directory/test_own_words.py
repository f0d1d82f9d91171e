"""MA3: people's own words in find support; what entries mean is kept in step with the directory and ranks them."""

import pytest
from django.db import connection

from linkwell.directory.derive import refresh_search
from linkwell.directory.models import Service, Source
from linkwell.directory.queries.indexed import by_index
from linkwell.directory.queries.why_not import why_not
from linkwell.directory.searching import meaning
from linkwell.matching.query import Query
from tests.directory.test_find_support import NOW

SAID = "my wife died last year and I cry every day"


@pytest.fixture
def kept(search_index, settings):
    """Return a function that brings meanings up to date, as the process that keeps them does."""
    settings.LINKWELL_OWN_WORDS = "words"

    def keep():
        with connection.cursor() as cursor:
            return meaning.keep(search_index.folder / "meaning", "words", cursor)

    return keep


@pytest.fixture
def entries(db):
    source = Source.objects.create(name="Test", created_at=NOW, is_approved=True)
    texts = {
        "Kind Hours": "Bereavement support for widows and widowers. Trained volunteers listen.",
        "Clear Water": "Help with credit cards and arrears. We talk to the people you owe.",
        "Pavilion": "Flat green bowls in summer. New members may borrow woods.",
    }
    made = {
        name: Service.objects.create(
            source=source,
            external_id=name,
            name=name,
            description_text=text,
            modes=["in_person"],
            changed_at=NOW,
            source_checked_on=NOW.date(),
        )
        for name, text in texts.items()
    }
    refresh_search()
    return made


def found(said=SAID):
    return by_index(Query(words=said, modes=("in_person",)), NOW, tried={}).suggestions


def test_MA3_an_entry_that_shares_no_word_is_found_by_what_is_said_and_its_reason_names_both(kept, entries):
    kept()

    first = found()[0]

    assert first.name == "Kind Hours" and first.parts.meaning > 0
    assert f"“{SAID}” is close to “Bereavement support for widows and widowers”" in first.reasons
    assert why_not(Query(words=SAID, modes=("in_person",)), "Kind Hours", NOW)[0].rank == 1


def test_MA3_a_search_of_a_few_words_and_words_that_are_switched_off_have_no_meaning(kept, entries, settings):
    kept()

    assert not any(one.parts.meaning for one in found("widow"))
    settings.LINKWELL_OWN_WORDS = "off"
    assert not any(one.parts.meaning for one in found())


def test_MA3_what_an_entry_means_follows_what_it_says(kept, entries):
    kept()
    changed, gone = entries["Pavilion"], entries["Kind Hours"]
    Service.objects.filter(pk=changed.pk).update(description_text="Bereavement counselling for widows and widowers.")
    refresh_search([changed.pk])
    Service.objects.filter(pk=gone.pk).delete()

    assert kept() and not [one for one in found() if one.name == "Kind Hours"]
    assert [one.name for one in found() if one.parts.meaning > 0][0] == "Pavilion"


def test_meanings_are_kept_by_one_process_at_a_time(kept, entries, search_index):
    kept()
    with (search_index.folder / "meaning" / meaning.LOCK).open("a") as lock:
        meaning.fcntl.flock(lock, meaning.fcntl.LOCK_EX)

        assert kept() is False
    assert kept() is True


def test_the_process_that_keeps_them_is_started_for_a_change_and_not_twice(settings, tmp_path, monkeypatch):
    started = []

    class Child:
        ended = 0

        def __init__(self, command, **_):
            started.append(command[-1])

        def poll(self):
            return self.ended

    monkeypatch.setattr(meaning.subprocess, "Popen", Child)
    monkeypatch.setattr(meaning, "EVERY", 0.0)
    keeper = meaning.Keeper("postgresql:///none")
    keeper.see_to(tmp_path, 1)
    assert started == []  # off in this suite
    settings.LINKWELL_OWN_WORDS = "best"

    keeper.see_to(tmp_path, 1)
    keeper.see_to(tmp_path, 1)
    keeper.see_to(tmp_path, 2)
    assert started == [str(tmp_path)] * 2

    Child.ended = None  # still at work
    keeper.see_to(tmp_path, 3)
    assert len(started) == 2
    Child.ended = meaning.BUSY  # another process was at it, or it failed
    keeper.see_to(tmp_path, 2)
    assert len(started) == 3
