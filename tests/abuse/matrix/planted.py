"""Which field holds a canary, and which holds none and why: every model, every field that can say something.

A new model or field belongs in exactly one of these tables; `test_canaries.py` fails until it is in one.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

# Fields that hold words; each row of the seeding holds words of its own.
WORDS = {
    "team.Scheme": "name role_name phone",
    "team.Account": "name",
    "team.Programme": "name",
    "team.Practice": "name code",
    "team.Agency": "name kind",
    "team.Membership": "job_title",
    "team.Invitation": "name job_title",
    "people.Person": "given_name family_name preferred_name pronouns gender ethnicity address place_note",
    "people.ContactRule": "when note",
    "people.AccessNeed": "note",
    "people.Consent": "how why_not",
    "people.RiskStatement": "text",
    "people.RecordOpening": "reason text",
    "people.AccessFlag": "note",
    "referrals.Referral": "sender_reference referrer_name on_behalf_of reason told_person contact_given state_reason",
    "referrals.ReferralEvent": "reason",
    "referrals.FeedbackToReferrer": "text",
    "support.Episode": "next_step end_note",
    "support.EpisodeEvent": "reason",
    "support.Contact": "note",
    "support.AboutMe": "text",
    "support.EpisodeNeed": "own_words",
    "support.Strength": "text",
    "support.Goal": "text",
    "support.Action": "text who",
    "support.Review": "note",
    "support.Task": "text",
    "connections.Connection": "reason",
    "connections.ConnectionEvent": "reason",
    "connections.SharePacket": "extra_reason",
    "connections.Reply": "text answered_by",
    "connections.UnmetNeed": "what_failed",
    "outcomes.Completion": "skipped_why",
    "directory.InternalRemark": "text",
    "directory.Verification": "note said_by",
    "directory.Report": "note",
    "directory.ChangeRequest": "reason refused_why",
    "directory.EntryEvent": "why",
    "directory.GroupCheck": "note",
}
# Fields that hold something of another shape: the method of Canaries that makes it.
SHAPED = {
    "team.Scheme.reply_email": "email",
    "team.Account.email": "email",
    "team.Practice.email": "email",
    "team.Practice.postcode": "capitals",
    "team.Agency.email": "email",
    "team.Invitation.email": "email",
    "people.Person.born_on": "born",
    "people.Person.health_number": "health_number",
    "people.Person.phone": "phone",
    "people.Person.email": "email",
    "people.Person.postcode": "capitals",
    "people.Person.latitude": "latitude",
    "people.Person.longitude": "longitude",
    "referrals.Referral.reference": "capitals",
    "support.PlanVersion.content": "plan",
    "connections.SharePacket.reference": "capitals",
    "connections.SharePacket.content": "content",
    "connections.SharePacket.sent_to": "email",
    "connections.UnmetNeed.limits": "limits",
}
# Fields that could hold words or say something of a person, and why they hold no canary.
A_CODE = "one of a closed list, checked where it is written"
A_STATE = "a state of the room's table, checked where it moves"
A_HASH = "a hash, a salt or a key; nothing can be read from it"
A_WORD_OF_OURS = "a sentence or name that the product chose"
YES_OR_NO = "yes or no: no value of it can tell one person from another; the pages that show it are judged as pages"
A_SMALL_NUMBER = "a number of one or two digits: it would be found on every page"
A_DAY_NEAR_NOW = "a day near today, which many rows share"
WITHOUT = {
    A_CODE: {
        "team.Programme": "kind",
        "team.Practice": "code_system",
        "team.Membership": "languages skills",
        "team.Invitation": "role",
        "team.Proposal": "role place",
        "people.Person": "health_number_system language",
        "referrals.Referral": "needs",
        "support.EpisodeNeed": "code",
        "support.Goal": "need_code",
        "connections.Connection": "need_code",
        "connections.SharePacket": "ticked agreed_how",
        "connections.UnmetNeed": "code outcode main_reason origin",
        "connections.Reply": "why",
        "outcomes.Completion": "measure",
        "outcomes.Score": "scale",
        "directory.ChangeRequest": "field",
        "directory.EntryEvent": "field origin",
        "outbox.Message": "template recipient_kind",
    },
    A_STATE: {
        "referrals.ReferralEvent": "was now",
        "support.EpisodeEvent": "was now",
        "connections.ConnectionEvent": "was now",
    },
    A_HASH: {
        "team.Account": "password",
        "team.Token": "purpose secret_hash salt",
        "team.OneTimeCode": "salt code_hash browser_hash",
        "people.PersonKey": "kind key",
        "team.Identity": "issuer subject",
        "common.SentForm": "key_hash body_hash who_hash",
    },
    A_WORD_OF_OURS: {
        "support.Task": "link",
        "common.SentForm": "location",
        "outbox.Message": "words why",
        "directory.ChangeRequest": "was suggested taken_as",
        "directory.EntryEvent": "was now",
    },
    YES_OR_NO: {
        "people.Person": "health_number_traced no_fixed_abode location_hidden needs_interpreter is_restricted",
        "people.ContactRule": "by_phone by_text by_email by_post voicemail",
        "people.Consent": "given",
        "people.RiskStatement": "none_known",
        "connections.Connection": "accompanied",
    },
    A_SMALL_NUMBER: {
        "support.Goal": "importance confidence",
        "connections.Connection": "wait_weeks",
        "connections.Reply": "wait_weeks",
        "connections.UnmetNeed": "kept_out",
        "outcomes.Completion": "answers",
        "people.AccessFlag": "acts persons usual",
        "outcomes.Score": "value",
    },
    A_DAY_NEAR_NOW: {
        "people.Consent": "recorded_at expires_on withdrawn_at",
        "people.Exclusion": "added_at",
        "support.Action": "due_on",
        "connections.Connection": "first_attended_on",
        "connections.SharePacket": "agreed_at",
    },
}
# Models without a field about a person or a scheme, by app or by name, and why.
NOTHING_TO_PLANT = {
    "auth": "Django's own permissions, which are not used",
    "contenttypes": "names of models",
    "sessions": "read as stored by test_canaries.py: encrypted",
    "account": "sign-in addresses; the account holds them too",
    "mfa": "second factors, encrypted; test_accounts.py",
    "procrastinate": "names and ids of jobs; read as stored by test_canaries.py",
    "places": "postcodes and places, the same for everybody",
    "directory": "public entries; the tables of people's own words in it are above",
    "team.Host": "the employer's name, the same for its schemes",
    "people.RestrictedReader": "who and whom, by id",
    "referrals.Allocation": "who, whom and when, by id",
    "referrals.FeedbackRead": "who and what, by id",
    "connections.NotRight": "which service, by id, and a reason of a closed list",
    "connections.SentList": "which services, by id",
    "team.AuditSeal": "numbers and seals of the audit",
    "team.HeadDelivery": "where the head of the audit went",
    "team.AuditCheck": "what a check of the audit found, by position",
    "common.AuditEvent": "read as stored by test_canaries.py: no content",
}
SAYS_NOTHING = {"operational", "public", "accounts", "audit"}
TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


def label(field: Any) -> str:
    return f"{field.model._meta.label}.{field.name}"


def placed() -> dict[str, str]:
    """Return {field: table that names it}."""
    found = {f"{model}.{name}": "WORDS" for model, names in WORDS.items() for name in names.split()}
    found |= {field: "SHAPED" for field in SHAPED}
    for why, rows in WITHOUT.items():
        found |= {f"{model}.{name}": why for model, names in rows.items() for name in names.split()}
    return found


def can_speak(field: Any) -> bool:
    """Say whether a field could tell something: free text of any kind, or any value of a personal class."""
    if field.is_relation or field.primary_key or field.choices:
        return False
    base = getattr(field, "base_field", field)
    personal = getattr(field.model, "field_classes", {}).get(field.name, "") not in SAYS_NOTHING
    return isinstance(base, TEXT) or personal


def forgotten(every_model: Any = None) -> Iterator[str]:
    """Yield a sentence for each model and field that stands in none of the tables."""
    known, here = placed(), {name.rpartition(".")[0] for name in placed()}
    where = "tests/abuse/matrix/planted.py"
    for model in every_model or apps.get_models(include_auto_created=True):
        name = model._meta.label
        if name not in here:
            if name not in NOTHING_TO_PLANT and model._meta.app_label not in NOTHING_TO_PLANT:
                yield (
                    f"The model {name} is new: plant its words (WORDS, SHAPED in {where}) and seed a row of it "
                    f"in world.py, or say in NOTHING_TO_PLANT why it has nothing to say."
                )
            continue
        for field in model._meta.concrete_fields:
            if can_speak(field) and label(field) not in known:
                yield (
                    f"The field {label(field)} is new: no canary is planted in it. Put it into WORDS or SHAPED "
                    f"of {where}, or into WITHOUT with the reason why it can say nothing of a person."
                )


def misplaced() -> Iterator[str]:
    """Yield a sentence for each name in the tables that no model has."""
    real = {label(field) for model in apps.get_models() for field in model._meta.concrete_fields}
    for name in sorted(set(placed()) - real):
        yield f"tests/abuse/matrix/planted.py names {name}, which does not exist."
