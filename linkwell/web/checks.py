"""Start-up checks: a route without a policy, or a field without a class, stops Linkwell."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app

from linkwell.common.access import FIELD_CLASSES
from linkwell.common.jobs import POLICIES

# Routes of other packages, by where their views live: what guards them is written here.
OTHER_PACKAGES = {
    "allauth.account.": "sign-in, sign-out and the account's own pages; `middleware.second_factor` stands before them",
    "allauth.mfa.": "the account's own second factor; `middleware.second_factor` stands before them",
}
OWN_JOBS_OF_PROCRASTINATE = ("builtin:", "procrastinate.")
# Models of other packages: no person who is supported may ever be in them.
OTHER_MODELS = {
    "auth": "operational: unused permissions of Django",
    "contenttypes": "operational: names of models",
    "sessions": "accounts: encrypted at rest",
    "account": "accounts: verified e-mail addresses of sign-ins",
    "mfa": "accounts: encrypted second factors",
    "procrastinate": "operational: job names and ids",
}


def routes(
    resolver: URLResolver | None = None, prefix: str = "", namespace: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield (address pattern, name, view) of every route."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, prefix + str(entry.pattern), inner)
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), namespace + (entry.name or ""), entry.callback


@register()
def every_route_has_a_policy(**_: Any) -> list[Error]:
    """Find routes that declare no policy."""
    return [
        Error(f"The route {pattern!r} ({name}) declares no policy: wrap its view in @route, @public or @by_token.")
        for pattern, name, view in routes()
        if not hasattr(view, "policy") and not view.__module__.startswith(tuple(OTHER_PACKAGES))
    ]


@register()
def every_job_has_a_policy(**_: Any) -> list[Error]:
    """Find jobs that declare no policy."""
    return [
        Error(f"The job {name!r} declares no policy: make it with @scheme_job or @clock_job of linkwell.common.jobs.")
        for name in sorted(app.tasks)
        if name not in POLICIES and not name.startswith(OWN_JOBS_OF_PROCRASTINATE)
    ]


@register()
def every_field_has_a_class(**_: Any) -> list[Error]:
    """Find model fields without a class, and classes for fields that do not exist."""
    problems = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model._meta.app_label in OTHER_MODELS:
            continue
        classes = getattr(model, "field_classes", {})
        names = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
        missing = sorted(names - set(classes))
        unknown = sorted(set(classes) - names) + sorted(set(classes.values()) - FIELD_CLASSES)
        if missing:
            problems.append(Error(f"{label} has fields without a class: {', '.join(missing)}."))
        if unknown:
            problems.append(Error(f"{label} classes what it does not have: {', '.join(unknown)}."))
    return problems
