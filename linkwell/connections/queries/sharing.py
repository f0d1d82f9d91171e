"""What could be told to a group about a person, and exactly what would be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from linkwell.common.dates import age_band, age_on
from linkwell.common.errors import NotVisible
from linkwell.connections import errors, packets, rules
from linkwell.connections.models import Connection, ConnectionState
from linkwell.directory.models import Organisation, Phone, Service, ServiceAtLocation
from linkwell.directory.queries import referral_address
from linkwell.people.models import AccessNeed, Person, RiskStatement
from linkwell.people.queries import ACCESS_LABELS, contact_rule
from linkwell.support.models import Episode, Goal
from linkwell.support.queries import needs_of, visible_episode
from linkwell.team.models import Membership


@dataclass(frozen=True)
class ServiceFacts:
    """What someone must know to go there, all of it public."""

    service_id: int
    name: str
    organisation: str
    when: str
    where: tuple[str, ...]
    phones: tuple[str, ...]
    email: str
    url: str
    cost: str
    how_to_join: str
    first_visit: str
    what_to_bring: str
    is_full: bool
    no_room: bool
    wait_weeks: int | None


def the_service(service_id: int) -> Service:
    """Return a service of the directory with its organisation; raise NotVisible."""
    service = Service.objects.select_related("organisation").filter(pk=service_id).first()
    if service is None:
        raise NotVisible
    return service


def service_facts(service: Service) -> ServiceFacts:
    """Return what to tell or hand to someone; an undisclosed place never stands in it; 2 statements."""
    places = ServiceAtLocation.objects.filter(service=service).select_related("location").order_by("pk")[:3]
    hidden = service.is_undisclosed
    where = [at.location for at in places if not hidden and not at.location.is_undisclosed]
    phones = Phone.objects.filter(service=service).order_by("position", "pk").values_list("number", flat=True)
    return ServiceFacts(
        service_id=service.pk,
        name=service.name,
        organisation=service.organisation.name if service.organisation else "",
        when=service.times_text,
        where=tuple(", ".join(filter(None, (row.name, row.address, row.postcode))) for row in where),
        phones=tuple(phones[:3]),
        email=service.email,
        url=service.url,
        cost="Free" if service.is_free else service.cost_text,
        how_to_join=service.how_to_join,
        first_visit=service.first_visit,
        what_to_bring=service.what_to_bring,
        is_full=service.operating in ("full", "waiting"),
        no_room=service.operating == "full",
        wait_weeks=service.wait_weeks,
    )


def facts_of(episode: Episode, service: Service, *, hope: str, on: date) -> packets.Facts:
    """Return what could be told of a person; the address of someone whose place is hidden is not there at all.

    4 statements. hope is the worker's sentence, agreed with the person; empty, their goals and needs stand in.
    """
    person = episode.person
    needs = needs_of(episode.pk)
    risks = RiskStatement.objects.filter(person=person, ended_at=None).order_by("-began_at", "-pk")
    dangers = [risk.text for risk in risks if not risk.none_known]
    hidden = person.location_hidden
    values = {
        "name": person.preferred_name or person.given_name,
        "full_name": person.called,
        "pronouns": person.pronouns,
        "contact": _contact(person, episode),
        "hope": hope.strip(),
        "access": _access(person),
        "age_band": age_band(age_on(person.born_on, on)) if person.born_on else "",
        "needs": ", ".join(need.label for need in needs),
        "address": "" if hidden else ", ".join(filter(None, (person.address, person.postcode))),
        "risks": "; ".join(dangers) or ("No known risks" if risks else ""),
    }
    kind = service.organisation.kind if service.organisation else "unknown"
    return packets.Facts(values=values, organisation_kind=kind, is_visit="home_visit" in service.modes)


def _contact(person: Person, episode: Episode) -> str:
    rule = contact_rule(person)
    if not rule.how:
        return f"Through us: {_whom_to_ring(episode)}"
    return ". ".join([rule.how[0], *rule.how_not])


def _access(person: Person) -> str:
    needs = AccessNeed.objects.filter(person=person, ended_at=None).order_by("code")
    words = [need.note or ACCESS_LABELS.get(need.code, need.code) for need in needs]
    if person.needs_interpreter and not any(need.code == "interpreter" for need in needs):
        words.insert(0, ACCESS_LABELS["interpreter"])
    return "; ".join(words)


def _whom_to_ring(episode: Episode) -> str:
    scheme = episode.scheme
    return ", ".join(filter(None, (episode.link_worker.name, scheme.role_name, scheme.name, scheme.phone)))


def suggested_hope(episode: Episode, need_code: str = "") -> str:
    """Return the person's open goals, else the need it is about, as a first draft of what they hope for."""
    goals = Goal.objects.filter(episode=episode, status=Goal.Status.OPEN).order_by("added_at", "pk")
    fitting: list[str] = [goal.text for goal in goals if not need_code or goal.need_code in ("", need_code)]
    if fitting:
        return fitting[0]
    needs = [need for need in needs_of(episode.pk) if not need_code or need.code == need_code]
    return needs[0].label if needs else ""


@dataclass(frozen=True)
class TellForm:
    """What the page shows before someone is told about a service."""

    service: ServiceFacts
    connection_id: int | None
    already: bool
    refusal: str


def tell_form(*, viewer: Membership, episode_id: int, service_id: int, at: datetime) -> TellForm:
    """Return what to tell a person in reach about a service; `refusal` if it is closed; raise NotVisible."""
    episode = visible_episode(viewer=viewer, episode_id=episode_id, at=at)
    service = the_service(service_id)
    held = open_connection(episode.pk, service_id)
    refusal = ""
    try:
        rules.check_can_be_told(service=service.name, operating=service.operating, listing=service.listing)
    except errors.NotTakingPeople as closed:
        refusal = str(closed)
    return TellForm(
        service=service_facts(service),
        connection_id=held.pk if held else None,
        already=held is not None and held.state != ConnectionState.PROPOSED,
        refusal=refusal,
    )


@dataclass(frozen=True)
class ShareForm:
    """What the page "Refer on" shows before anything is ticked."""

    episode_id: int
    person_id: int
    person_name: str
    service: ServiceFacts
    offers: tuple[packets.Offer, ...]
    hope: str
    whom_to_ring: str
    may_email: bool
    why_not_email: str
    connection_id: int | None
    already: bool


def share_form(
    *, viewer: Membership, episode_id: int, service_id: int, at: datetime, hope: str = "", waiting_list: bool = False
) -> ShareForm:
    """Return what may be told to a service about a person in reach; `waiting_list` asks for a place on one that is
    full. Raise NotVisible, NotTakingPeople, FullNow or NoOrganisation; 12 statements."""
    episode = visible_episode(viewer=viewer, episode_id=episode_id, at=at)
    service = the_service(service_id)
    organisation = check_may_share(service, waiting_list=waiting_list)
    held = open_connection(episode.pk, service_id)
    shown_hope = hope or suggested_hope(episode, held.need_code if held else "")
    facts = facts_of(episode, service, hope=shown_hope, on=at.date())
    may_email = bool(referral_address(organisation, scheme_id=viewer.scheme_id))
    return ShareForm(
        episode_id=episode.pk,
        person_id=episode.person_id,
        person_name=episode.person.called,
        service=service_facts(service),
        offers=packets.offers(facts),
        hope=shown_hope,
        whom_to_ring=_whom_to_ring(episode),
        may_email=may_email,
        why_not_email="" if may_email else str(errors.NoReferralAddress(organisation=organisation.name)),
        connection_id=held.pk if held else None,
        already=held is not None and held.state != ConnectionState.PROPOSED,
    )


def check_may_share(service: Service, *, waiting_list: bool) -> Organisation:
    """Return who runs a service that takes people; raise NoOrganisation, NotTakingPeople or FullNow."""
    rules.check_taking(service=service.name, operating=service.operating, listing=service.listing)
    rules.check_room(service=service.name, operating=service.operating, waiting_list=waiting_list)
    if service.organisation is None:
        raise errors.NoOrganisation
    return service.organisation


def open_connection(episode_id: int, service_id: int) -> Connection | None:
    """Return the connection of an episode with a service that has not come to an end."""
    rows = Connection.objects.filter(episode_id=episode_id, service_id=service_id, state__in=rules.OPEN)
    return rows.order_by("-pk").first()


def fitting_need(episode_id: int, service: Service) -> str:
    """Return the person's first need that this service is for, or nothing."""
    return next((need.code for need in needs_of(episode_id) if need.code in service.need_codes), "")


@dataclass(frozen=True)
class Draft:
    """Exactly what would be sent, and the mark by which sending knows that it was previewed."""

    content: list[list[str]]
    digest: str
    extra: tuple[str, ...]


def draft(
    *, episode: Episode, service: Service, ticked: Iterable[str], hope: str, extra_reason: str, on: date
) -> Draft:
    """Return what these ticks would tell; raise NothingTicked, FieldNotAllowed or ExtraNeedsReason."""
    chosen = list(ticked)
    offered = packets.offers(facts_of(episode, service, hope=hope, on=on))
    packets.check_ticked(chosen, offered, extra_reason=extra_reason)
    content = packets.content_of(chosen, offered, whom_to_ring=_whom_to_ring(episode))
    if service.operating == "full":
        content.insert(0, ["What we ask for", "A place on your waiting list"])
    extra = tuple(offer.label for offer in offered if offer.code in chosen and not offer.usual)
    return Draft(content=content, digest=packets.digest(content), extra=extra)


def preview(
    *, viewer: Membership, episode_id: int, service_id: int, ticked: Iterable[str], hope: str, extra_reason: str,
    at: datetime, waiting_list: bool = False,
) -> Draft:  # fmt: skip
    """Return what a group would read; raise what `share_form` and `draft` raise."""
    episode = visible_episode(viewer=viewer, episode_id=episode_id, at=at)
    service = the_service(service_id)
    check_may_share(service, waiting_list=waiting_list)
    return draft(episode=episode, service=service, ticked=ticked, hope=hope, extra_reason=extra_reason, on=at.date())
