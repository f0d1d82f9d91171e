"""The first conversation."""

from django.urls import path

from linkwell.web.conversation import views

app_name = "conversation"
urlpatterns = [path("<int:person_id>/", views.first, name="first")]
