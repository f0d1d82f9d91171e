"""A small directory that holds every kind of fact, and what must not be told beside it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace

from linkwell.directory.derive import refresh_search
from linkwell.directory.models import (
    Accessibility,
    Attribute,
    Capacity,
    Contact,
    CostOption,
    InternalRemark,
    Language,
    Phone,
    Schedule,
    ServiceArea,
    ServiceAtLocation,
    TaxonomyTerm,
)
from linkwell.places.actions import OutcodeRow, load
from tests.factories import LocationFactory, OrganisationFactory, ServiceFactory, SourceFactory

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD = datetime(2025, 1, 1, tzinfo=UTC)
# What sources say besides, as an import keeps it, and what no version of it ever let in
BESIDES = {
    "organization": {
        "alternate_name": "The Sheds", "legal_status": "Charitable company", "tax_status": "Exempt", "tax_id": "T1",
        "year_incorporated": 2011, "logo": "https://sheds.example.org/logo.png", "uri": "https://sheds.example.org/id",
        "additional_websites": [{"url": "https://more.example.org", "label": "Photos"}],
        "funding": [{"source": "The lottery"}],
        "programs": [{"name": "Making", "alternate_name": "Makers"}, {"name": "Mending", "description": "On Mondays"}],
    },
    "service": {
        "licenses": "Sale of tea", "funding": [{"source": "The council"}],
        "program": {"name": "Making", "alternate_name": "Makers"},
        "required_documents": [{"uri": "https://mug.example.org", "document": "a mug"}], "assurer_email": "quentin@a.b",
    },
    "location": {
        "alternate_name": "The old hall", "url": "https://hall.example.org", "external_identifier": "10092008082",
        "external_identifier_type": "UPRN", "state_province": "Cheshire", "attention": "Priya",
        "languages": [{"name": "Urdu", "code": "ur"}],
    },
    "schedule": {
        "dtstart": "2026-01-15", "until": "2026-12-15", "count": 12, "timezone": 0, "wkst": "MO", "byweekno": "2,3",
        "byyearday": "15", "schedule_link": "https://sheds.example.org/days", "notes": "Not in August",
    },
    "phone": {"type": "voice", "languages": [{"name": "Polish", "code": "pl", "note": "In the mornings"}]},
    "service_area": {"service_area": "All of Trafford", "description": "The borough"},
    "unit": {"identifier": "plc", "scheme": "Ours", "uri": "https://units.example.org/plc"},
    "taxonomy_term": {
        "code": "W1", "language": "en",
        "taxonomy_detail": {"name": "Topics", "uri": "https://topics.example.org", "version": "3"},
    },
}  # fmt: skip


def make() -> SimpleNamespace:
    """Make the rows; return those that tests name."""
    load([OutcodeRow("M33", 53.4245, -2.3188, None, None, "Sale", "Trafford", "ENG")], kind=OutcodeRow)
    source = SourceFactory(name="Trafford list", is_approved=True, licence="OGL 3.0", attribution="Trafford Council")
    owner = OrganisationFactory(
        source=source, name="Sale Sheds", description_text="Sheds for all.", email="hello@sheds.example.org",
        website="https://sheds.example.org", identifiers=[{"scheme": "GB-CHC", "identifier": "1089464"}],
        more=BESIDES["organization"],
    )  # fmt: skip
    Phone.objects.create(organisation=owner, number="0161 496 0000", label="Office")
    Contact.objects.create(organisation=owner, name="Priya Person", email="priya@sheds.example.org")
    hall = LocationFactory(source=source, name="Sale Hall", address="1 High Street", town="Sale", region="Trafford",
                           access_yes=["step_free"], access_no=["hearing_loop"], transport="Bus 1",
                           more=BESIDES["location"])  # fmt: skip
    Accessibility.objects.create(location=hall, description="A ramp at the side", url="https://hall.example.org/ramp")
    bare = LocationFactory(source=source, name="", address="Back Lane", town="", postcode="", latitude=53.6,
                           longitude=-2.5)  # fmt: skip
    full = ServiceFactory(
        source=source, organisation=owner, name="Men's Shed", alternate_name="The Shed", location=hall,
        description_text="Making things together.", url="https://sheds.example.org/men",
        additional_urls=[{"label": "Book", "url": "https://sheds.example.org/book"}], email="shed@example.org",
        alert="Closed at Easter", accreditations="Safe Shed", how_to_join="Turn up", what_to_bring="Gloves; a mug",
        first_visit="Tea first", who_greets="Somebody at the door", entry_routes=["drop_in"], audience=["Men"],
        eligibility_text="For adults", minimum_age=18, maximum_age=99, modes=["in_person"], modes_text="At the hall",
        languages=["pl"], access_yes=["transport"], times_text="Tuesdays and Fridays", is_free=False,
        cost_text="£2 a visit", wait_text="None", need_codes=["loneliness", "creative"], area_text="Trafford",
        area_outcodes=["M33"], operating="waiting", wait_weeks=3, operating_note="Busy in spring",
        operating_until=date(2026, 12, 20), break_from=date(2026, 12, 21), break_until=date(2027, 1, 4),
        confirmed_at=datetime(2026, 11, 1, tzinfo=UTC), confirmed_by="group", changed_at=NOW, more=BESIDES["service"],
    )  # fmt: skip
    _hang(full, hall, source)
    plain = ServiceFactory(source=source, organisation=None, name="Tea and Chat", location=bare, changed_at=OLD,
                           source_checked_on=datetime.now(UTC).date())  # fmt: skip
    closed = ServiceFactory(source=source, organisation=owner, name="Winter Walks", listing="temporarily_closed",
                            changed_at=OLD, is_free=True, modes=["online"])  # fmt: skip
    refuge = _refuge(source)
    hidden = _not_told(source)
    gone = ServiceFactory(source=source, name="Old Club", listing="gone", gone_on=NOW.date(), changed_at=NOW)
    refresh_search()
    return SimpleNamespace(source=source, owner=owner, hall=hall, bare=bare, full=full, plain=plain, closed=closed,
                           refuge=refuge, gone=gone, hidden=hidden)  # fmt: skip


def _hang(service, hall, source):
    above = TaxonomyTerm.objects.create(source=source, external_id="c", taxonomy="Topics", name="Crafts")
    wood = TaxonomyTerm.objects.create(source=source, external_id="w", taxonomy="Topics", name="Woodwork",
                                       parent_external_id="c", uri="https://topics.example.org/w",
                                       more=BESIDES["taxonomy_term"])  # fmt: skip
    Attribute.objects.create(service=service, term=wood, value="mostly")
    assert above.pk != wood.pk
    same = {"service": service, "frequency": "WEEKLY", "opens_at": time(10), "closes_at": time(12)}
    Schedule.objects.create(position=0, weekday=1, location=hall, **same)
    Schedule.objects.create(position=1, weekday=4, location=hall, **same)
    Schedule.objects.create(service=service, position=2, frequency="MONTHLY", weekday=0, week_of_month=-1,
                            interval=2, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31),
                            description="Open day")  # fmt: skip
    Schedule.objects.create(service=service, position=3, frequency="MONTHLY", day_of_month=15,
                            description="Bring a mug\nNot in August", more=BESIDES["schedule"])  # fmt: skip
    CostOption.objects.create(service=service, option="Adults", amount=Decimal("2.50"), currency="GBP",
                              description="a visit", valid_from=date(2026, 1, 1))  # fmt: skip
    Phone.objects.create(service=service, number="0161 496 0001", extension="12", label="Shed", more=BESIDES["phone"])
    Phone.objects.create(service=service, number="0161 496 0002", extension="12a")
    Contact.objects.create(service=service, title="Reception", email="desk@sheds.example.org", phone="0161 496 0003")
    Contact.objects.create(service=service, name="Quentin Volunteer", email="quentin@sheds.example.org",
                           phone="07700 900123")  # fmt: skip
    Language.objects.create(service=service, name="Urdu", code="ur", note="On Fridays")
    ServiceArea.objects.create(
        service=service,
        name="Trafford",
        extent='{"type": "Point"}',
        uri="https://a.example.org",
        more=BESIDES["service_area"],
    )
    Accessibility.objects.create(service=service, description="Interpreters can be asked for")
    Capacity.objects.create(service=service, unit="places", available=4, maximum=12, description="At benches",
                            updated_at=NOW, more=BESIDES["unit"])  # fmt: skip
    Capacity.objects.create(service=service, unit="chairs", maximum=12)


def _refuge(source):
    secret = LocationFactory(source=source, name="Rose House", address="9 Secret Lane", town="Sale", postcode="M33 7WR",
                             latitude=53.41, longitude=-2.33,
                             more={"external_identifier": "100012345678"})  # fmt: skip
    refuge = ServiceFactory(
        source=source, name="Safe refuge", is_undisclosed=True, location=secret, email="rose@refuge.example.org",
        url="https://refuge.example.org", description_text="For women and children.\nAt 9 Secret Lane, M33 7WR.",
        how_to_join="Ring, or come to 9 Secret Lane", area_text="Trafford", area_outcodes=["M33"],
        need_codes=["safety"], access_yes=["step_free"], changed_at=OLD, more={"funding": [{"source": "Rose Trust"}]},
        organisation__identifiers=[{"scheme": "GB-CHC", "identifier": "1999999"}],
        organisation__more={"alternate_name": "Rose House", "legal_status": "Rose Trust"},
        organisation__email="office@refuge.example.org", organisation__website="https://refuge.example.org",
    )  # fmt: skip
    Phone.objects.create(service=refuge, number="0800 496 0009")
    Contact.objects.create(service=refuge, title="Desk", email="desk@refuge.example.org")
    ServiceArea.objects.create(service=refuge, name="Trafford")
    ServiceArea.objects.create(service=refuge, name="M33")
    Schedule.objects.create(service=refuge, location=secret, description="Come to 9 Secret Lane", position=0,
                            more={"schedule_link": "https://refuge.example.org/come"})  # fmt: skip
    return refuge


def _not_told(source):
    """Entries that no list may hold: each for another reason."""
    unapproved = SourceFactory(name="Unseen list")
    other = LocationFactory(source=source, is_undisclosed=True, address="7 Quiet Lane")
    visible = ServiceFactory(source=source, name="Drop-in at a quiet place", location=other, changed_at=OLD)
    return [
        ServiceFactory(source=unapproved, name="Unseen club"),
        ServiceFactory(source=source, name="Hidden club", hidden_at=NOW, hidden_why="It is a trap"),
        ServiceFactory(source=source, name="Ended club", ended_on=NOW.date(), changed_at=NOW),
        ServiceFactory(source=source, name="Inactive club", listing="inactive", changed_at=NOW),
        ServiceFactory(source=source, name="Forgotten club", organisation=None, changed_at=OLD),  # too old for search
        ServiceFactory(source=source, name="Joined club", joined_into=visible, changed_at=NOW),
    ]


def remark(service, scheme, by):
    """Leave a colleague's remark on an entry."""
    return InternalRemark.objects.create(scheme=scheme, service=service, text="Ask for Jo", at=NOW, by=by)


def place_of(service):
    return ServiceAtLocation.objects.get(service=service).location
