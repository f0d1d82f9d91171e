"""DI2: a spreadsheet brought in on a page: guessed, corrected, checked row by row, imported, known the next time."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from linkwell.directory.models import ImportRun, ListMapping, Service, Source, Upload
from linkwell.directory.uploads import actions, queries
from linkwell.interop.files import jobs
from linkwell.team.access import DIR, LW
from tests.factories import MembershipFactory
from tests.web.statements import own_statements

pytestmark = pytest.mark.django_db
HEADER = "Group,What they do,Where it is,Post code,Tel,Open,Age from"
ROWS = [
    "Sale Men's Shed,A place to make things,1 School Road,M33 7XX,0161 496 0001,Tues 11am - 2pm,18",
    "Tea at Three,Tea and company,2 High Street,m337xy,161 496 0002,Thursdays from three or so,60",
    ",Nobody knows,3 High Street,M33 7XZ,,,",
    "=HYPERLINK(1),Runs something,4 High Street,M33 7XZ,,,",
]


@pytest.fixture
def editor(scheme):
    return MembershipFactory(role=DIR)


@pytest.fixture
def desk(client_for, editor):
    return client_for(editor)


def csv_of(*rows, header=HEADER, name="groups.csv"):
    return SimpleUploadedFile(name, "\n".join([header, *rows]).encode())


def bring(desk, file):
    answer = desk.post(reverse("directory_mapping:start"), {"file": file})
    assert answer.status_code == 302, re.findall(
        r"error-message[^<]*<[^>]*>[^<]*<[^>]*>([^<]*)", answer.content.decode()
    )
    return int(re.search(r"/(\d+)/", answer.url)[1])


def guessed(desk, upload_id):
    """Return what the columns' page would send if nobody changed anything."""
    words = desk.get(reverse("directory_mapping:columns", args=[upload_id])).content.decode()
    chosen = {}
    for name, inside in re.findall(r'<select[^>]*name="(column_\d+)"[^>]*>(.*?)</select>', words, re.DOTALL):
        picked = re.search(r'<option value="(\w*)" selected', inside)
        chosen[name] = picked[1] if picked else ""
    source = re.search(r'name="source"[^>]*value="([^"]*)"', words)
    return chosen | {"source": source[1] if source else ""}


def choose(desk, upload_id, **changed):
    said = guessed(desk, upload_id) | {"source": "Trafford Council"} | changed
    return desk.post(reverse("directory_mapping:columns", args=[upload_id]), said)


def work(scheme, job, upload_id):
    job.func(scheme_id=scheme.pk, upload_id=upload_id)


def rows_page(desk, upload_id):
    answer = desk.get(reverse("directory_mapping:rows", args=[upload_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def checked(desk, scheme, file, **changed):
    upload_id = bring(desk, file)
    assert choose(desk, upload_id, **changed).status_code == 302
    work(scheme, jobs.check_upload, upload_id)
    return upload_id


def imported(desk, scheme, file, **changed):
    upload_id = checked(desk, scheme, file, **changed)
    assert desk.post(reverse("directory_mapping:take", args=[upload_id])).status_code == 302
    work(scheme, jobs.import_upload, upload_id)
    return upload_id


def test_DI2_the_columns_are_guessed_and_stand_in_the_form(desk):
    assert guessed(desk, bring(desk, csv_of(*ROWS))) == {
        "column_0": "name", "column_1": "description", "column_2": "address", "column_3": "postcode",
        "column_4": "phone", "column_5": "opening_times", "column_6": "minimum_age", "source": "",
    }  # fmt: skip


def test_DI2_the_preview_shows_entries_and_the_problems_of_all_rows(desk, scheme):
    words = rows_page(desk, checked(desk, scheme, csv_of(*ROWS)))

    assert "Sale Men&#39;s Shed" in words and "Import 2 entries" in words
    assert "kept as words: searches by day do not find it" in words  # "from three or so"
    assert "It has no name" in words and "It is a formula that a spreadsheet would run" in words
    assert "Postcode written in full form" in words
    assert "HYPERLINK" not in words
    assert not Service.objects.exists()


def test_DI2_an_import_takes_what_was_shown_and_again_changes_nothing(desk, scheme):
    first = imported(desk, scheme, csv_of(*ROWS))
    second = imported(desk, scheme, csv_of(*ROWS))

    assert sorted(Service.objects.values_list("name", flat=True)) == ["Sale Men's Shed", "Tea at Three"]
    runs = ImportRun.objects.order_by("pk").values_list("created", "updated", "unchanged", "refused")
    assert list(runs) == [(2, 0, 0, 2), (0, 0, 2, 2)]
    assert Source.objects.get().name == "Trafford Council"
    assert "is imported" in rows_page(desk, first) and "is imported" in rows_page(desk, second)
    assert not Upload.objects.exclude(content=b"").exists()  # the bytes are not kept once they are in


def test_DI2_what_the_columns_are_is_offered_again_for_the_next_file(desk, scheme):
    imported(desk, scheme, csv_of(*ROWS), column_1="", needs=["loneliness"])
    again = bring(desk, csv_of(*ROWS, name="groups-in-may.csv"))

    assert ListMapping.objects.get().name == "trafford-council"
    assert guessed(desk, again) | {"column_1": ""} == guessed(desk, again)
    assert guessed(desk, again)["source"] == "Trafford Council"
    words = desk.get(reverse("directory_mapping:columns", args=[again])).content.decode()
    assert "Filled in as for the last file of Trafford Council" in words
    assert re.search(r'value="loneliness"[^>]* checked', words)


def test_an_excel_workbook_is_read_as_a_csv_is(desk, scheme):
    book = openpyxl.Workbook()
    for row in [["Groups of Sale, May 2026"], HEADER.split(","), *([*one.split(",")] for one in ROWS[:2])]:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    imported(desk, scheme, SimpleUploadedFile("groups.xlsx", held.getvalue()))

    assert Service.objects.count() == 2
    assert ImportRun.objects.get().format == "xlsx"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 nothing", "damaged and cannot be opened"),
        (b"Name\n", "no row under them"),
        (b"\n\n", "names no columns"),
        (b"a,b\n" + b"1,2\n" * (actions.LARGEST // 4), "larger than 20 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_a_sentence_beside_the_question(desk, content, sentence):
    answer = desk.post(reverse("directory_mapping:start"), {"file": SimpleUploadedFile("x.csv", content)})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Upload.objects.exists()


def test_D04_a_body_larger_than_any_file_is_refused_before_it_is_read(desk):
    file = SimpleUploadedFile("x.csv", b"a,b\n" + b"x" * 26 * 1024 * 1024)

    assert desk.post(reverse("directory_mapping:start"), {"file": file}).status_code == 400
    assert not Upload.objects.exists()


def test_two_columns_for_one_field_and_no_name_are_refused_beside_the_question(desk):
    upload_id = bring(desk, csv_of(*ROWS))

    twice = choose(desk, upload_id, column_1="phone").content.decode()
    nameless = choose(desk, upload_id, column_0="").content.decode()

    assert "“What they do” and “Tel” cannot both be the same" in twice
    assert "Say which column is the name" in nameless
    assert Upload.objects.get().state == "new"


def test_nothing_is_imported_before_its_rows_were_checked(desk, scheme):
    upload_id = bring(desk, csv_of(*ROWS))

    assert desk.post(reverse("directory_mapping:take", args=[upload_id])).status_code == 409
    choose(desk, upload_id)
    assert desk.post(reverse("directory_mapping:take", args=[upload_id])).status_code == 409
    assert not Service.objects.exists()


def test_a_file_is_its_owners_alone_and_no_other_role_comes_here(desk, scheme, client_for):
    upload_id = bring(desk, csv_of(*ROWS))
    colleague, worker = client_for(MembershipFactory(role=DIR)), client_for(MembershipFactory(role=LW))

    for name in ("columns", "rows"):
        address = reverse(f"directory_mapping:{name}", args=[upload_id])
        assert desk.get(address).status_code in (200, 302)
        assert colleague.get(address).status_code == 404
    for name in ("take", "remove"):
        assert colleague.post(reverse(f"directory_mapping:{name}", args=[upload_id])).status_code == 404
    assert worker.get(reverse("directory_mapping:start")).status_code == 404


def test_a_file_lives_a_day_and_the_clock_takes_it_away(desk, scheme, editor):
    upload_id = bring(desk, csv_of(*ROWS))
    Upload.objects.update(at=timezone.now() - timedelta(days=1, minutes=1))

    assert desk.get(reverse("directory_mapping:columns", args=[upload_id])).status_code == 404
    jobs.clear_uploads.func(scheme_id=scheme.pk)
    assert not Upload.objects.exists()


def test_the_oldest_of_many_files_makes_room(desk, editor, scheme):
    first = bring(desk, csv_of(*ROWS))
    for _ in range(actions.MOST_AT_ONCE):
        bring(desk, csv_of(*ROWS, name="another.csv"))

    waiting = queries.all_brought(by=editor, at=timezone.now())
    assert len(waiting) == actions.MOST_AT_ONCE
    assert first not in [one.pk for one in waiting]


def test_a_fault_while_rows_are_read_is_told_on_the_page_and_not_left_hanging(desk, scheme, monkeypatch):
    upload_id = bring(desk, csv_of(*ROWS))
    choose(desk, upload_id)
    monkeypatch.setattr(jobs, "check_rows", lambda reader: 1 / 0)
    work(scheme, jobs.check_upload, upload_id)

    assert "Save it again as CSV UTF-8" in rows_page(desk, upload_id)


def test_the_pages_make_few_statements_however_many_rows_there_are(desk, scheme):
    few = checked(desk, scheme, csv_of(*ROWS))
    many = checked(desk, scheme, csv_of(*(f"Group {n},Things,{n} High Street,M33 7XX,,," for n in range(300))))

    for name, most in (("columns", 3), ("rows", 2)):
        counts = [len(own_statements(desk, reverse(f"directory_mapping:{name}", args=[pk]))) for pk in (few, many)]
        assert counts[0] == counts[1] <= most
