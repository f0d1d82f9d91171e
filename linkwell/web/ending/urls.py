"""Ending support."""

from django.urls import path

from linkwell.web.ending import views

app_name = "ending"
urlpatterns = [
    path("people/<int:person_id>/end/", views.end, name="end"),
    path("people/<int:person_id>/step-down/", views.step_down, name="step_down"),
]
