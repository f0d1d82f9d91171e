"""The stock page, and the addresses that its frame links to."""

from django.urls import include, path

from bench.stock import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<int:person_id>/", views.people, name="person"),
    path("account/", include("allauth.urls")),
]
