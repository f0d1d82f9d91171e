"""People, one person, and finding someone."""

from django.urls import path

from linkwell.web.people import views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/log/", views.log, name="log"),
    path("people/<int:person_id>/no-answer/", views.attempt, name="attempt"),
    path("people/<int:person_id>/risks/", views.risks, name="risks"),
]
