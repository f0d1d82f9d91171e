"""Where entries come from: sources, their runs, and what waits for a person."""

from django.urls import path

from linkwell.web.sources import duplicates, runs, views, words

app_name = "sources"
urlpatterns = [
    path("", views.listing, name="list"),
    path("add/", views.add, name="add"),
    path("<int:source_id>/", views.source, name="source"),
    path("<int:source_id>/schedule/", views.schedule, name="schedule"),
    path("<int:source_id>/read-now/", views.read_now, name="read_now"),
    path("<int:source_id>/approve/", views.approve, name="approve"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/agree/", runs.agree, name="agree"),
    path("questions/", runs.questions, name="questions"),
    path("questions/alike/", runs.alike, name="alike"),
    path("questions/<int:question_id>/", runs.answer, name="answer"),
    path("record/<int:service_id>/", runs.record, name="record"),
    path("duplicates/", duplicates.pairs, name="pairs"),
    path("duplicates/<int:duplicate_id>/", duplicates.pair, name="pair"),
    path("duplicates/joined/<int:joining_id>/undo/", duplicates.undo, name="undo"),
    path("words/", words.terms, name="terms"),
    path("words/load/", words.load, name="load_taxonomy"),
    path("words/term/<int:term_id>/", words.term, name="term"),
    path("words/keep/", words.keep_phrase, name="keep_phrase"),
    path("words/<int:phrase_id>/drop/", words.drop_phrase, name="drop_phrase"),
    path("hide/<int:service_id>/", views.hide, name="hide"),
    path("show/<int:service_id>/", views.show, name="show"),
]
