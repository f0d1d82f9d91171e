"""The description of our feed as OpenAPI 3.1, made of the tables that the feed itself reads its parameters by."""

from functools import cache
from typing import Any

from linkwell.interop.open_referral.openapi_shapes import SHAPES
from linkwell.interop.open_referral.parameters import ENDPOINTS, PARAMETERS

Json = dict[str, Any]
_LISTS = {
    "services": ("ServiceInList", "Service", "service"),
    "service_at_locations": ("ServiceAtLocation", "ServiceAtLocation", "service at a location"),
    "organizations": ("Organization", "Organization", "organization"),
    "taxonomies": ("Taxonomy", "Taxonomy", "taxonomy"),
    "taxonomy_terms": ("TaxonomyTerm", "TaxonomyTerm", "taxonomy term"),
}
_REFUSAL = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "parameter": {"type": "string", "description": "The parameter that cannot be read."},
            },
        }
    },
}
_ROOT = {
    "type": "object",
    "required": ["version", "profile", "openapi_url"],
    "properties": {
        "version": {"type": "string"},
        "profile": {"type": "string", "format": "uri"},
        "openapi_url": {"type": "string", "format": "uri"},
    },
}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(of: Json) -> Json:
    whole = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty",
                     "contents"],
        "properties": {
            "total_items": whole | {"description": "How many the list holds; noted at most half a minute ago."},
            "total_pages": whole,
            "page_number": {"type": "integer", "minimum": 1},
            "size": whole | {"description": "How many stand on this page."},
            "first_page": {"type": "boolean"},
            "last_page": {"type": "boolean"},
            "empty": {"type": "boolean"},
            "contents": {"type": "array", "items": of},
        },
    }  # fmt: skip


def _answers(schema: Json, *, refusals: tuple[int, ...], stream: bool = False) -> Json:
    content: Json = {"application/json": {"schema": schema}}
    if stream:
        content["application/x-ndjson"] = {"schema": {"type": "string", "description": "One result on each line."}}
    said: Json = {"200": {"description": "What was asked for.", "content": content},
                  "304": {"description": "The same as the asker holds (If-None-Match)."}}  # fmt: skip
    words = {400: "A parameter cannot be read; the message names it.", 404: "There is no such thing in this feed.",
             503: "The directory cannot be read at this moment."}  # fmt: skip
    for status in (*refusals, 503):
        said[str(status)] = {
            "description": words[status],
            "content": {"application/json": {"schema": _ref("Refusal")}},
        }
    return said


def _path(of: str) -> Json:
    return {"name": "id", "in": "path", "required": True, "description": f"The id of the {of}.",
            "schema": {"type": "string"}}  # fmt: skip


def _query(names: tuple[str, ...]) -> list[Json]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _read(summary: str, operation: str, **more: Any) -> Json:
    return {"get": {"summary": summary, "operationId": operation, **more}}


@cache
def _paths() -> Json:
    paths: Json = {
        "/": _read("What this feed is", "root", responses=_answers(_ROOT, refusals=())),
        "/openapi.json": _read("This description", "openapi", responses=_answers({"type": "object"}, refusals=())),
    }
    for name, (in_list, alone, words) in _LISTS.items():
        shown = _ref(in_list)
        if name == "services":
            shown = {"anyOf": [_ref("ServiceInList"), _ref("Service"), _ref("Minimal")]}
        paths[f"/{name}"] = _read(
            f"A page of the list: one {words} after another", f"list_{name}", parameters=_query(ENDPOINTS[name]),
            responses=_answers(_page(shown), refusals=(400,), stream=name == "services"),
        )  # fmt: skip
        own = _query(("full_service",)) if name == "organizations" else []
        paths[f"/{name}/{{id}}"] = _read(
            f"One {words} with everything that hangs on it", f"read_{name}", parameters=[_path(words), *own],
            responses=_answers(_ref(alone), refusals=(400, 404) if own else (404,)),
        )  # fmt: skip
    paths["/datapackage.zip"] = _read(
        "The whole feed as a CSV data package", "datapackage",
        responses={"200": {"description": "A zip file with datapackage.json and its tables.",
                           "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
                   "503": {"description": "It is being made for somebody else at this moment.",
                           "content": {"application/json": {"schema": _ref("Refusal")}}}},
    )  # fmt: skip
    return paths


def document(*, server: str) -> Json:
    """Return the description of the feed that stands at `server`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Linkwell directory",
            "version": "3.0",
            "summary": "Open Referral UK 3.0, with the additions of HSDS 3.1",
            "description": "Read by everyone, from every site, without a key. What is not known is left out. No names"
            " of people, no entry that was not approved, no address of a place that keeps its own secret.",
        },
        "servers": [{"url": server}],
        "paths": _paths(),
        "components": {
            "parameters": {
                name: {"name": name, "in": "query", "required": False, "description": one.description,
                       "schema": dict(one.schema)}
                for name, one in PARAMETERS.items()
            },
            "schemas": SHAPES | {"Refusal": _REFUSAL},
        },
    }  # fmt: skip
