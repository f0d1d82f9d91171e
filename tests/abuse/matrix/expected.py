"""The judge: who may do what to whom, written down from section 3 of the security reference, not from the code.

Three tables. RELATIONS says, for each relation of a viewer to a person, what that makes of them to each role:
c caseload, t team, q triage queue, b opened by break-glass, o own practice's or agency's referral; empty: nobody.
ROUTES says what each page is about and which roles may read it and write through it. OPENS says which of the
letters open which kind of page. A new relation, route, kind or parameter belongs in here before the suite passes.
"""

from dataclasses import dataclass

LW, TRIAGE, SUP, REF, MGR, COM, VOA, DIR, IG, ADM = "LW LW+ SUP REF MGR COM VOA DIR IG ADM".split()
SEATS = (LW, TRIAGE, SUP, REF, MGR, COM, VOA, DIR, IG, ADM)  # LW+ is a link worker who is marked as triaging
ROLE = {seat: seat.rstrip("+") for seat in SEATS}

# relation to the person                            LW    LW+   SUP   REF
_RELATIONS = """
own caseload                                      | c   | c   | t   | o
support ended with me                             | c   | c   | t   | o
handed on to a colleague                          |     |     | t   | o
a colleague's                                     |     |     | t   | o
a colleague's, where the team shares              | c   | c   | t   | o
a colleague's, from another practice              |     |     | t   |
a colleague's, from an agency                     |     |     | t   |
waiting for a decision                            |     | q   | t   | o
covered today                                     | c   | c   | t   | o
covered until yesterday                           |     |     | t   | o
restricted, own caseload, not on the list         |     |     |     |
restricted, own caseload, on the list             | c   | c   | t   |
restricted, a colleague's, on the list            |     |     | t   |
restricted, opened a moment ago                   | cb  | cb  | tb  |
restricted, opened 61 minutes ago                 |     |     |     |
restricted, waiting for a decision                |     |     |     |
excluded by name, own caseload                    |     |     |     |
excluded by name, waiting for a decision          |     |     |     |
excluded by name, opened a moment ago             |     |     |     |
in another scheme                                 |     |     |     |
in another scheme where I work too                |     |     |     |
"""
LETTERS = {
    name.strip(): dict(zip((LW, TRIAGE, SUP, REF), (cell.strip() for cell in cells), strict=True))
    for name, *cells in (line.split("|") for line in _RELATIONS.strip().splitlines())
}
ELSEWHERE = ("in another scheme", "in another scheme where I work too")
PARTS = "own person, parts of a colleague's"  # the first id is mine, the next is not

# What a page is about, and the letters that open it.
OPENS = {
    "record": "ct",  # a person's record
    "queue": "qt",  # a referral to decide on
    "own referral": "o",  # what a practice wrote and was told
}
# Pages about people that no relation alone opens: they are for a moment that the cell does not hold.
NEVER_BY_ID = {
    "uploaded": "a spreadsheet that the viewer brought: nobody else's, see test_directory_mapping.py",
    "listed": "what my page lists: my remark, an account of that organisation; test_editing.py, test_organisation.py",
    "found": "a name-match card: only of those found just before, see test_reach.py and test_privacy.py",
}
BY_ROLE = {
    "none": "about nothing with an id, or about the directory, which schemes share",
    "scheme": "a thing of the scheme: a member (a link worker: no administrator touches a place that opens records), "
    "an invitation, a practice, an agency, a programme, a message, a second person's decision",
    "opening": "a restricted record that somebody opened, a look that stood out: of the scheme, never of somebody "
    "whom I am excluded from",
}
OWN = {
    "task": "a task that is mine, about someone whom I may open",
    "receipt": "a referral that I sent in, about someone who is not hidden from me",
    "seat": "a place that is mine",
    "asked": "something that I asked for and a second person decides",
}
OPEN_TO = {
    "anyone": "shows nothing of a scheme",
    "account": "an account's own page, whatever its place",
    "link": "opened by the secret in its address, by nobody's sign-in",
    "demo": "absent outside demo mode",
    "package": "the sign-in package's own; judged in tests of accounts and, for strangers' ids, in test_matrix.py",
}

RECORD = f"{LW} {TRIAGE} {SUP}"
WORKERS = f"{LW} {TRIAGE}"
EVERYBODY = " ".join(SEATS)
STAFF = " ".join(seat for seat in SEATS if seat != VOA)
ARRANGE = f"{MGR} {ADM}"
REFER = f"{REF} {RECORD}"
FIGURES = f"{COM} {MGR} {SUP}"
SOURCES = f"{DIR} {RECORD} {MGR} {COM}"

# route | about | who reads (GET) | who writes (POST)
_ROUTES = f"""
home                     | anyone       | |
healthz                  | anyone       | |
invitation               | link         | |
second_step_link         | link         | |
oidc_invitation          | link         | |
oidc_start               | package      | |
oidc_callback            | package      | |
oidc_link                | package      | |
oidc_remove              | package      | |
oidc_again               | package      | |
signed_out               | anyone       | |
second_step_waits        | package      | |
public:search            | anyone       | |
public:look              | anyone       | |
public:service           | anyone       | |
public:print             | anyone       | |
public:tell              | anyone       | |
public:change            | anyone       | |
public:thanks            | anyone       | |
confirming:entries       | link         | |
confirming:stop          | link         | |
confirming:text_in       | anyone       | |
manual:freshness         | anyone       | |
reply:front              | link         | |
reply:code               | link         | |
reply:send_code          | link         | |
reply:referral           | link         | |
demo_mail:list           | demo         | |
demo_mail:mail           | demo         | |
demo:signin              | demo         | |
demo:sign_in_as          | demo         | |
more:more                | account      | {EVERYBODY} |
more:choose              | account      | {EVERYBODY} |
more:work_here           | seat         |         | {EVERYBODY}
more:invitation          | found        | |
team:members             | none         | {ARRANGE} {SUP} {IG} |
team:invite              | none         | {ARRANGE} {SUP} | {ARRANGE} {SUP}
team:invited             | none         | {ARRANGE} {SUP} {IG} |
team:withdraw            | scheme       |           | {MGR} {SUP}
team:member              | scheme       | {MGR}     | {MGR}
team:end                 | scheme       | {MGR}     | {MGR}
team:reset               | scheme       | {ARRANGE} | {ARRANGE}
team:decide              | scheme       | {ARRANGE} {IG} | {ARRANGE} {IG}
team:withdraw_asked      | asked        |           | {ARRANGE} {SUP}
looked:flags             | none         | {SUP} {IG} |
looked:search            | none         |           | {SUP} {IG}
looked:counts            | none         | {MGR}     |
looked:flag              | opening      | {SUP} {IG} | {SUP} {IG}
looked:person            | record       | {RECORD}  |
team:practices           | none         | {ARRANGE} |
team:add_practice        | none         | {ARRANGE} | {ARRANGE}
team:practice            | scheme       | {ARRANGE} | {ARRANGE}
team:add_agency          | none         | {ARRANGE} | {ARRANGE}
team:agency              | scheme       | {ARRANGE} | {ARRANGE}
team:programmes          | none         | {ARRANGE} | {ARRANGE}
team:end_programme       | scheme       |           | {ARRANGE}
team:scheme              | none         | {ARRANGE} | {ARRANGE}
team:access              | none         | {ARRANGE} {IG} |
today:today              | none         | {WORKERS} |
today:done               | task         |           | {WORKERS}
people:people            | none         | {RECORD}  |
people:search            | none         | {RECORD}  | {RECORD}
people:restricted        | none         | {RECORD}  | {RECORD}
people:opening           | opening      | {SUP}     | {SUP}
people:cover             | found        | |
people:person            | record       | {RECORD}  |
people:log               | record       |           | {WORKERS}
people:attempt           | record       |           | {WORKERS}
people:risks             | record       |           | {WORKERS}
refer:mine               | none         | {REF}     |
refer:print              | none         | {REF}     |
refer:refer              | none         | {REFER}   | {REFER}
refer:check              | none         |           | {REFER}
refer:own                | own referral | {REF}     |
refer:sent               | receipt      | {REFER}   |
refer:answer             | own referral |           | {REF}
refer:note               | own referral |           | {REF}
referrals:inbox          | none         | {RECORD}  |
referrals:referral       | queue        | {RECORD}  |
referrals:accept         | queue        |           | {RECORD}
referrals:decline        | queue        | {RECORD}  | {RECORD}
referrals:ask            | queue        | {RECORD}  | {RECORD}
referrals:answer         | queue        |           | {RECORD}
conversation:first       | record       | {WORKERS} | {WORKERS}
plan:plan                | record       | {RECORD}  | {WORKERS}
plan:print               | record       | {RECORD}  |
plan:strength            | record       |           | {WORKERS}
plan:remove_strength     | record       |           | {WORKERS}
plan:goal                | record       | {WORKERS} | {WORKERS}
plan:action              | record       | {WORKERS} | {WORKERS}
plan:action_status       | record       |           | {WORKERS}
plan:agree               | record       |           | {WORKERS}
review:review            | record       | {WORKERS} | {WORKERS}
ending:end               | record       | {WORKERS} | {WORKERS}
ending:step_down         | record       |           | {WORKERS}
support_search:search    | none         | {RECORD}  | {RECORD}
support_search:for_person | record      | {RECORD}  | {RECORD}
support_search:missing   | record       | {WORKERS} | {WORKERS}
support_search:beside    | none         | {RECORD}  |
support_search:beside_for | record      | {RECORD}  |
support_search:listed    | record       | {RECORD}  |
support_search:send      | record       |           | {WORKERS}
support_search:keep      | record       |           | {WORKERS}
support_search:not_right | record       |           | {WORKERS}
support_search:take_back | record       |           | {WORKERS}
support_search:by_link   | link         | |
missing:person           | record       | {RECORD}  | {WORKERS}
missing:from_plan        | record       |           | {WORKERS}
missing:change           | record       | {WORKERS} | {WORKERS}
missing:withdraw         | record       |           | {WORKERS}
suits:service            | none         | {RECORD}  |
directory:list           | none         | {STAFF}   |
directory:service        | none         | {STAFF}   |
directory:status         | none         |         | {RECORD} {DIR}
directory:confirm        | none         |           | {RECORD} {DIR}
directory:remark         | none         |           | {RECORD} {DIR}
directory:address        | none         |           | {RECORD}
calls:list               | none         | {RECORD} {DIR} |
calls:note               | none         |           | {RECORD} {DIR}
calls:not_shown          | none         | {RECORD} {DIR} |
calls:now                | none         |           | {RECORD} {DIR}
calls:break              | none         |           | {RECORD} {DIR}
directory:edit_remark    | listed       | |
directory:withdraw_remark | scheme      |           | {SUP}
editing:waiting          | none         | {DIR}     |
editing:decide           | none         | {DIR}     | {DIR}
editing:begin            | none         | {DIR}     | {DIR}
editing:edit             | none         | {RECORD} {DIR} | {RECORD} {DIR}
editing:end              | none         | {DIR}     | {DIR}
editing:back             | none         | {DIR}     | {DIR}
editing:undisclosed      | none         | {DIR}     | {DIR}
editing:history          | none         | {RECORD} {DIR} |
editing:checks           | none         | {RECORD} {DIR} | {RECORD} {DIR}
editing:accounts         | none         | {SUP} {MGR} {DIR} | {SUP} {MGR} {DIR}
editing:end_account      | listed       | |
organisation:listing     | none         | {VOA}     |
organisation:colleagues  | none         | {VOA}     | {VOA}
organisation:asked       | none         | {VOA}     |
organisation:all_right   | none         |           | {VOA}
organisation:entry       | none         | {VOA}     |
organisation:change      | none         |           | {VOA}
organisation:right       | none         |           | {VOA}
organisation:now         | none         |           | {VOA}
organisation:break       | none         |           | {VOA}
organisation:places      | none         |           | {VOA}
organisation:address     | none         |           | {VOA}
directory_mapping:start  | none         | {DIR}     | {DIR}
directory_mapping:columns | uploaded    | |
directory_mapping:rows   | uploaded     | |
directory_mapping:take   | uploaded     | |
directory_mapping:remove | uploaded     | |
sources:list             | none         | {SOURCES} |
sources:add              | none         | {DIR}     | {DIR}
sources:source           | none         | {SOURCES} |
sources:schedule         | none         |           | {DIR}
sources:read_now         | none         |           | {DIR}
sources:approve          | none         |           | {DIR}
sources:run              | none         | {SOURCES} |
sources:agree            | none         |           | {DIR}
sources:questions        | none         | {DIR}     |
sources:answer           | none         |           | {DIR}
sources:alike            | none         |           | {DIR}
sources:record           | none         | {DIR}     |
sources:pairs            | none         | {DIR}     |
sources:pair             | none         | {DIR}     | {DIR}
sources:undo             | none         |           | {DIR}
sources:terms            | none         | {DIR}     |
sources:load_taxonomy    | none         |           | {DIR}
sources:term             | none         | {DIR}     | {DIR}
sources:keep_phrase      | none         |           | {DIR}
sources:drop_phrase      | none         |           | {DIR}
sources:hide             | none         |           | {DIR}
sources:show             | none         |           | {DIR}
connect:refer            | record       | {WORKERS} | {WORKERS}
connect:signpost         | record       | {WORKERS} | {WORKERS}
connect:keep             | record       |           | {WORKERS}
connect:connection       | record       | {RECORD}  |
connect:print            | record       | {RECORD}  |
connect:answer           | record       |           | {WORKERS}
connect:settle           | record       |           | {WORKERS}
connect:first_time       | record       |           | {WORKERS}
connect:going            | record       |           | {WORKERS}
connect:said_no          | record       |           | {WORKERS}
connect:end              | record       |           | {WORKERS}
connect:withdraw         | record       |           | {WORKERS}
outbox:list              | none         | {MGR}     |
outbox:try_again         | scheme       |           | {MGR}
measures:history         | record       | {RECORD}  |
measures:ask             | record       | {WORKERS} | {WORKERS}
manage:overview          | none         | {MGR} {SUP} |
evidence:report          | none         | {FIGURES} |
evidence:quarter         | none         | {FIGURES} |
evidence:file            | none         | {FIGURES} |
evidence:definitions     | none         | {FIGURES} |
gaps:report              | none         | {FIGURES} |
gaps:file                | none         | {FIGURES} |
feed:about                | anyone       | |
feed:root                 | anyone       | |
feed:openapi              | anyone       | |
feed:datapackage          | anyone       | |
feed:services             | anyone       | |
feed:services_one         | anyone       | |
feed:service_at_locations | anyone       | |
feed:service_at_locations_one | anyone       | |
feed:organizations        | anyone       | |
feed:organizations_one    | anyone       | |
feed:taxonomies           | anyone       | |
feed:taxonomies_one       | anyone       | |
feed:taxonomy_terms       | anyone       | |
feed:taxonomy_terms_one   | anyone       | |
"""


@dataclass(frozen=True)
class Rule:
    """What one page is about, and the seats that may read it and write through it."""

    about: str
    readers: frozenset[str]
    writers: frozenset[str]


ROUTES = {
    name.strip(): Rule(about.strip(), frozenset(readers.split()), frozenset(writers.split()))
    for name, about, readers, writers in (line.split("|") for line in _ROUTES.strip().splitlines())
}
KINDS = {*OPENS, *NEVER_BY_ID, *BY_ROLE, *OWN, *OPEN_TO}

# What each parameter of an address names: something of a person, of the scheme, or of neither.
PERSONS = "person_id referral_id goal_id action_id strength_id connection_id unmet_need_id".split()
_SCHEMES = "upload_id task_id opening_id membership_id invitation_id practice_id agency_id programme_id message_id"
SCHEMES = f"{_SCHEMES} proposal_id flag_id remark_id".split()
_NEITHER = "call_id public_id organisation_id submission group entry service_id account_id occasion period"
_OF_SOURCES = "source_id run_id question_id duplicate_id joining_id term_id phrase_id"
NEITHER = f"{_NEITHER} {_OF_SOURCES} secret pk key uidb36".split()
PARAMETERS = {*PERSONS, *SCHEMES, *NEITHER}

# Relations in which nobody's support has begun: there is no record yet, and no part of one.
WITHOUT_A_RECORD = {name for name in LETTERS if "waiting" in name}
# Who came second to a decision is told so, whoever has the person now (Z23); the answer names nobody hidden.
TELLS_WHO_WAS_QUICKER = "referrals:accept"


def allowed(rule: Rule, name: str, seat: str, method: str, relation: str, *, mine: bool) -> bool:
    """Say whether the cell opens. `mine`: the task, receipt or place named is the viewer's own."""
    if seat not in (rule.writers if method == "POST" else rule.readers):
        return False
    if rule.about in NEVER_BY_ID or relation == PARTS:
        return False
    if rule.about in OPENS:
        return _opens_to(rule.about, name, seat, relation)
    if rule.about == "receipt":
        return mine and relation not in ELSEWHERE and not relation.startswith(("restricted", "excluded"))
    if rule.about in OWN:
        return mine and (rule.about != "task" or not is_hidden(relation, seat))
    if rule.about == "opening":
        return relation not in ELSEWHERE and not relation.startswith("excluded")
    return rule.about != "scheme" or relation not in ELSEWHERE


def is_listed(relation: str) -> bool:
    return relation.endswith("on the list") and not relation.endswith("not on the list")


def is_hidden(relation: str, seat: str) -> bool:
    """Say whether a person behaves as absent to whoever stands in this relation, whatever their role."""
    if relation in ELSEWHERE or relation.startswith("excluded"):
        return True
    restricted = relation.startswith("restricted")
    return restricted and not is_listed(relation) and not LETTERS[relation].get(seat)


def _opens_to(about: str, name: str, seat: str, relation: str) -> bool:
    letters = LETTERS[relation].get(seat, "")
    if about == "queue":
        if name == TELLS_WHO_WAS_QUICKER and seat in (TRIAGE, SUP):
            away = relation in ELSEWHERE or relation.startswith(("restricted", "excluded"))
            return is_listed(relation) or not away
        return bool(set(letters) & set(OPENS[about])) and relation in WITHOUT_A_RECORD
    if about == "record" and relation in WITHOUT_A_RECORD:
        return False
    return bool(set(letters) & set(OPENS[about]))
