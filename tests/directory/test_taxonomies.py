"""DI12: taxonomies side by side, terms and plain words mapped to needs, used at once by imports and searches."""

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from linkwell.directory.errors import AnswerRefused
from linkwell.directory.imports import import_records
from linkwell.directory.models import NeedPhrase, Service, TaxonomyTerm
from linkwell.directory.queries import find_support
from linkwell.directory.taxonomies import actions, queries
from linkwell.interop.errors import CannotRead
from linkwell.interop.open_referral import FeedReader
from linkwell.interop.taxonomies import read_taxonomy
from linkwell.matching.query import Query
from linkwell.team.access import DIR, LW
from tests.factories import MembershipFactory
from tests.shared import shared

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def editor(scheme):
    return MembershipFactory(scheme=scheme, role=DIR)


def take(*names, term="Zumba Gold", source="Council"):
    records = [
        {"id": name, "name": name, "attributes": [
            {"id": "a", "taxonomy_term": {"id": "t1", "name": term, "taxonomy": "Council terms"}}]}
        for name in names
    ]  # fmt: skip
    return import_records(reader=FeedReader(json.dumps(records).encode()), source=source, at=NOW)


def codes(name):
    return set(Service.objects.get(name=name).need_codes)


def the_term():
    return TaxonomyTerm.objects.get(name="Zumba Gold")


def test_DI12_open_eligibility_is_read_with_its_levels_although_it_calls_itself_xml_2(editor):
    terms = read_taxonomy(shared("standards/open-eligibility-2.0/taxonomy.xml").read_bytes())

    assert len(terms) == 33 + 132 + 162 + 58
    by_id = {one.external_id: one for one in terms}
    assert by_id["1114"].name == "Help Pay for Food" and by_id["1114"].parent_external_id == "1113"
    assert by_id["1101"].description.startswith("Services for psychiatric emergencies")
    first = actions.load_taxonomy(name="Open Eligibility", terms=terms, by=editor, at=NOW)
    again = actions.load_taxonomy(name="Open Eligibility", terms=terms, by=editor, at=NOW)
    assert first.new == first.terms > 300 and again.new == 0


def test_any_list_with_names_is_a_taxonomy_and_stands_beside_the_others(editor):
    data = b"Code;Label;Broader\n1;Housing;\n1.1;Damp and mould;1\n1.1;twice;1\n;Without a code;\n"
    terms = read_taxonomy(data)
    assert [(one.external_id, one.name, one.parent_external_id) for one in terms] == [
        ("1", "Housing", ""), ("1.1", "Damp and mould", "1"), ("without a code", "Without a code", ""),
    ]  # fmt: skip
    actions.load_taxonomy(name="Needs of the county", terms=terms, by=editor, at=NOW)
    take("Dance")
    assert {one.name for one in queries.taxonomies()} == {"Needs of the county", "Council terms"}


@pytest.mark.parametrize(
    "data",
    [b"", b"<a><b", b"colour,size\nred,3\n", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
     b"<a>" * 40 + b'<b id="1" title="x"/>' + b"</a>" * 40],
)  # fmt: skip
def test_what_is_no_taxonomy_is_refused_in_a_sentence(data):
    with pytest.raises(CannotRead):
        read_taxonomy(data)


def test_a_mapped_term_gives_its_needs_to_entries_that_bear_it_at_once_and_to_every_import_after(editor):
    take("Dance for fun")
    assert "loneliness" not in codes("Dance for fun")

    assert actions.map_term(term_id=the_term().pk, codes=["loneliness"], by=editor, at=NOW) == 1

    assert "loneliness" in codes("Dance for fun")
    need = Service.objects.get().needs.get(code="loneliness")
    assert (need.why, need.phrase) == ("term", "Zumba Gold")
    take("Second dance", source="Another council")
    assert "loneliness" in codes("Second dance")
    actions.unmap_term(term_id=the_first().pk, by=editor, at=NOW)
    assert "loneliness" not in codes("Dance for fun") | codes("Second dance")


def the_first():
    return TaxonomyTerm.objects.filter(name="Zumba Gold").earliest("pk")


def test_a_term_that_stands_for_none_no_longer_counts_by_its_words(editor):
    take("Room 4", term="Befriending")
    assert "loneliness" in codes("Room 4")
    actions.map_term(term_id=TaxonomyTerm.objects.get().pk, codes=[], by=editor, at=NOW)
    assert "loneliness" not in codes("Room 4")
    assert queries.terms().rows[0].decided == "None of our needs"


def test_plain_words_are_heard_by_searches_and_imports_at_once(editor):
    take("Heating or eating desk", term="x")
    assert "money" not in codes("Heating or eating desk")
    assert "money" not in dict(find_support(Query(words="it is heating or eating"), NOW).heard)

    kept = actions.keep_phrase(phrase="  Heating or  Eating ", code=_money(), by=editor, at=NOW)

    assert _money() in codes("Heating or eating desk")
    answer = find_support(Query(words="it is heating or eating"), NOW)
    assert dict(answer.heard)[_money()] == "heating or eating"
    take("Heating or eating café", term="y", source="Another")
    assert _money() in codes("Heating or eating café")
    actions.drop_phrase(phrase_id=kept.pk, by=editor, at=NOW)
    assert _money() not in codes("Heating or eating desk")


def _money():
    from linkwell.matching.needs import NEEDS

    return next(need.code for need in NEEDS if "debt" in need.label.lower() or "money" in need.label.lower())


def test_words_and_needs_that_make_no_sense_are_refused(editor):
    for phrase in ("", "ab", "a; drop table", "one two three four five six seven"):
        with pytest.raises(AnswerRefused, match="one to six words"):
            actions.keep_phrase(phrase=phrase, code="loneliness", by=editor, at=NOW)
    with pytest.raises(AnswerRefused, match="Choose the need"):
        actions.keep_phrase(phrase="on my own", code="nothing", by=editor, at=NOW)
    actions.keep_phrase(phrase="billy no mates", code="loneliness", by=editor, at=NOW)
    with pytest.raises(AnswerRefused, match="another need"):
        actions.keep_phrase(phrase="Billy no mates", code=_money(), by=editor, at=NOW)
    with pytest.raises(AnswerRefused, match="no needs"):
        actions.map_term(term_id=1, codes=["x"], by=editor, at=NOW)


def test_DI12_the_pages_of_terms_and_words(client_for, editor):
    client = client_for(editor)
    file = SimpleUploadedFile("list.csv", b"id,name\n1,Damp and mould\n")
    client.post(reverse("sources:load_taxonomy"), {"taxonomy-name": "County", "taxonomy-file": file})
    term = TaxonomyTerm.objects.get()
    text = client.get(reverse("sources:terms"), {"words": "damp", "undecided": "on"}).content.decode()
    assert "Damp and mould" in text and "1 term" in text

    client.post(reverse("sources:term", args=[term.pk]), {"needs": ["loneliness"]})
    assert "Not decided" not in client.get(reverse("sources:terms")).content.decode()
    client.post(reverse("sources:term", args=[term.pk]), {"take_back": "1"})
    assert "Not decided" in client.get(reverse("sources:terms")).content.decode()
    client.post(reverse("sources:keep_phrase"), {"phrase-phrase": "no mates", "phrase-code": "loneliness"})
    kept = NeedPhrase.objects.get()
    client.post(reverse("sources:drop_phrase", args=[kept.pk]))
    assert not NeedPhrase.objects.exists()
    bad = SimpleUploadedFile("bad.xml", b"<a")
    answer = client.post(reverse("sources:load_taxonomy"), {"taxonomy-name": "Bad", "taxonomy-file": bad})
    assert "not well-formed" in answer.content.decode()
    assert client_for(MembershipFactory(role=LW)).get(reverse("sources:terms")).status_code == 404
