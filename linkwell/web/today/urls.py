"""A link worker's day."""

from django.urls import path

from linkwell.web.today import views

app_name = "today"
urlpatterns = [
    path("", views.today, name="today"),
    path("tasks/<int:task_id>/done/", views.done, name="done"),
]
