"""A spreadsheet from the device of a directory editor, step by step into the directory."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.uploads import actions, queries
from linkwell.directory.uploads.errors import NoSuchUpload
from linkwell.interop.files.checking import chosen_in, outline
from linkwell.matching.needs import BY_CODE
from linkwell.team.access import DIR
from linkwell.web.directory_mapping.forms import BringForm, ColumnsForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def start(request: MemberRequest) -> HttpResponse:
    """Choose a file; see those on their way, and the lists whose columns are known."""
    form = BringForm(request.POST or None, request.FILES or None)
    now = timezone.now()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            content = file.read(actions.LARGEST + 1)
            kept = actions.keep_upload(
                file_name=file.name, content=content, outline=_outline(content), by=request.staff, at=now
            )
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("directory_mapping:columns", kept.pk)
    waiting = queries.all_brought(by=request.staff, at=now)
    context = {"form": form, "waiting": waiting, "kept": queries.kept_mappings()}
    return render(request, "directory_mapping/start.jinja", context)


def _outline(content: bytes) -> dict[str, Any]:
    return outline(content) if len(content) <= actions.LARGEST else {}


def _brought(request: MemberRequest, upload_id: int) -> queries.Brought:
    try:
        return queries.brought(upload_id, by=request.staff, at=timezone.now())
    except NoSuchUpload:
        raise NotVisible from None


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def columns(request: MemberRequest, upload_id: int) -> HttpResponse:
    """Say what each column is, beginning with a guess or with what was chosen for the last file."""
    file = _brought(request, upload_id)
    listed = file.outline["columns"]
    kept = _fitting(listed)
    known = next((one for one in kept if one.name == request.GET.get("as")), kept[0] if len(kept) == 1 else None)
    form = ColumnsForm(request.POST or None, columns=listed, initial=_initial(file, known))
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_columns(
                upload_id=upload_id, source=form.cleaned_data["source"], name=form.mapping_name(form.cleaned_data),
                mapping=form.content(), by=request.staff, at=timezone.now(),
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("directory_mapping:rows", upload_id)
    context = {"file": file, "form": form, "kept": kept, "known": known}
    return render(request, "directory_mapping/columns.jinja", context)


def _fitting(listed: list[dict[str, Any]]) -> list[queries.Kept]:
    """Return the kept mappings all of whose columns the file has."""
    have = {column["name"].casefold() for column in listed}
    return [
        kept
        for kept in queries.kept_mappings()
        if (needed := {name.casefold() for name in chosen_in(kept.content)}) and needed <= have
    ]


def _initial(file: queries.Brought, known: queries.Kept | None) -> dict[str, Any]:
    """Return what the form begins with: this file's own choice, else that of the last file, else the guess."""
    content = file.mapping or (known.content if known else None)
    source = file.source or (known.source if known else "")
    if content is None:
        guessed = {f"column_{n}": column["guess"] for n, column in enumerate(file.outline["columns"])}
        return {**guessed, "source": source, "whole_list": False}
    chosen = {name.casefold(): field for name, field in chosen_in(content).items()}
    picked = {
        f"column_{n}": chosen.get(column["name"].casefold(), "") for n, column in enumerate(file.outline["columns"])
    }
    needs = content.get("constants", {}).get("needs", [])
    return {**picked, "source": source, "needs": needs, "whole_list": content.get("whole_list") is True}


@require_GET
@route(roles={DIR}, relation="none")
def rows(request: MemberRequest, upload_id: int) -> HttpResponse:
    """See what the rows become and what is wrong with them; while that is worked out, see that it is."""
    file = _brought(request, upload_id)
    if file.state == "new":
        return redirect("directory_mapping:columns", upload_id)
    labels = {code: need.label for code, need in BY_CODE.items()}
    return render(request, "directory_mapping/rows.jinja", {"file": file, "labels": labels})


@require_POST
@route(roles={DIR}, relation="none")
def take(request: MemberRequest, upload_id: int) -> HttpResponse:
    """Import the rows as they were shown."""
    _brought(request, upload_id)
    actions.begin_import(upload_id=upload_id, by=request.staff, at=timezone.now())
    return redirect("directory_mapping:rows", upload_id)


@require_POST
@route(roles={DIR}, relation="none")
def remove(request: MemberRequest, upload_id: int) -> HttpResponse:
    """Forget the file."""
    _brought(request, upload_id)
    actions.drop_upload(upload_id=upload_id, by=request.staff, at=timezone.now())
    succeeded(request, _("The file is removed. The directory is as it was."))
    return redirect("directory_mapping:start")
