"""Taxonomies, which needs their terms stand for, and plain words for needs."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkwell.common.errors import DomainError, NotVisible
from linkwell.directory.taxonomies import actions, queries
from linkwell.interop.taxonomies import read_taxonomy
from linkwell.team.access import DIR
from linkwell.web.forms import PageForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded
from linkwell.web.sources.forms import PhraseForm, TaxonomyForm, TermForm, TermSearchForm, number


@require_safe
@route(roles={DIR}, relation="none")
def terms(request: MemberRequest) -> HttpResponse:
    """Every term, those that most entries bear first, and what was decided about it."""
    return _terms(request)


def _terms(request: MemberRequest, **bound: PageForm) -> HttpResponse:
    search = TermSearchForm(request.GET)
    said = search.cleaned_data if search.is_valid() else {}
    undecided = bool(said.get("undecided"))
    context = {
        "search": search,
        "found": queries.terms(words=said.get("words", ""), undecided=undecided, page=number(request.GET.get("page"))),
        "base": f"?{urlencode({'words': said.get('words', ''), **({'undecided': 'on'} if undecided else {})})}&page=",
        "taxonomies": queries.taxonomies(),
        "phrases": queries.phrases(),
        "phrase_form": PhraseForm(prefix="phrase"),
        "taxonomy_form": TaxonomyForm(prefix="taxonomy"),
        **bound,
    }
    return render(request, "sources/terms.jinja", context)


@require_POST
@route(roles={DIR}, relation="none")
def load(request: MemberRequest) -> HttpResponse:
    """Take a taxonomy in from a file."""
    form = TaxonomyForm(request.POST, request.FILES, prefix="taxonomy")
    if form.is_valid():
        try:
            found = actions.load_taxonomy(
                name=form.cleaned_data["name"], terms=read_taxonomy(form.cleaned_data["file"].read()),
                by=request.staff, at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            succeeded(
                request,
                ngettext("%(num)d term read", "%(num)d terms read", found.terms) % {"num": found.terms}
                + ", "
                + ngettext("%(num)d of them new.", "%(num)d of them new.", found.new) % {"num": found.new},
            )
            return redirect("sources:terms")
    return _terms(request, taxonomy_form=form)


@require_http_methods(["GET", "POST"])
@route(roles={DIR}, relation="none")
def term(request: MemberRequest, term_id: int) -> HttpResponse:
    """Say which needs one term stands for."""
    found = queries.term(term_id)
    if found is None:
        raise NotVisible
    form = TermForm(request.POST or None, initial={"needs": list(found.codes)})
    if form.is_valid():
        try:
            if "take_back" in request.POST:
                changed = actions.unmap_term(term_id=term_id, by=request.staff, at=timezone.now())
            else:
                changed = actions.map_term(
                    term_id=term_id, codes=form.cleaned_data["needs"], by=request.staff, at=timezone.now()
                )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            said = ngettext("Saved. %(num)d entry changed.", "Saved. %(num)d entries changed.", changed)
            succeeded(request, said % {"num": changed})
            return redirect("sources:terms")
    return render(request, "sources/term.jinja", {"term": found, "form": form})


@require_POST
@route(roles={DIR}, relation="none")
def keep_phrase(request: MemberRequest) -> HttpResponse:
    """Keep words that people use for a need."""
    form = PhraseForm(request.POST, prefix="phrase")
    if form.is_valid():
        try:
            actions.keep_phrase(**form.cleaned_data, by=request.staff, at=timezone.now())
        except DomainError as error:
            form.add_error("phrase", str(error))
        else:
            succeeded(request, _("Kept. Searches hear these words from now on."))
            return redirect("sources:terms")
    return _terms(request, phrase_form=form)


@require_POST
@route(roles={DIR}, relation="none")
def drop_phrase(request: MemberRequest, phrase_id: int) -> HttpResponse:
    """Forget words for a need."""
    try:
        actions.drop_phrase(phrase_id=phrase_id, by=request.staff, at=timezone.now())
    except DomainError:
        raise NotVisible from None
    succeeded(request, _("Forgotten."))
    return redirect("sources:terms")
