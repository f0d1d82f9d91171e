"""People, one person, and finding someone."""

from django.urls import path

from linkwell.web.people import search, views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/search/", search.search, name="search"),
    path("people/restricted/", search.restricted, name="restricted"),
    path("people/openings/<int:opening_id>/", search.opening, name="opening"),
    path("people/<int:person_id>/cover/", search.cover, name="cover"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/log/", views.log, name="log"),
    path("people/<int:person_id>/no-answer/", views.attempt, name="attempt"),
    path("people/<int:person_id>/risks/", views.risks, name="risks"),
]
