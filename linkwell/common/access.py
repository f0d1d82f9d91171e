"""Field classes: what kind of fact each model field holds.

A class is a row of the access matrix in `linkwell.team.access`, or `public` or `operational`. A field
without a class stops the start-up (`linkwell.web.checks`).
"""

FIELD_CLASSES = frozenset(
    "public operational name contact address birth health_number characteristics access_needs reason needs"
    " notes plan risk safeguarding staff_safety scores onward files third_party consent looked work_queue"
    " directory remark accounts audit".split()
)


def classes(**names: str) -> dict[str, str]:
    """Return {field name: class} from `classes(name="given_name family_name", contact="phone")`."""
    unknown = set(names) - FIELD_CLASSES
    if unknown:
        raise ValueError(f"Unknown field classes: {', '.join(sorted(unknown))}")
    return {field: kind for kind, fields in names.items() for field in fields.split()}
