"""Who looked at whom."""

from django.urls import path

from linkwell.web.looked import views

app_name = "looked"
urlpatterns = [
    path("looked/", views.flags, name="flags"),
    path("looked/now/", views.search, name="search"),
    path("looked/counts/", views.counts, name="counts"),
    path("looked/<int:flag_id>/", views.flag, name="flag"),
    path("people/<int:person_id>/looked/", views.person, name="person"),
]
