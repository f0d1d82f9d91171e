"""A review."""

from django.urls import path

from linkwell.web.review import views

app_name = "review"
urlpatterns = [path("people/<int:person_id>/review/", views.review, name="review")]
