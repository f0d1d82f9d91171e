"""The front door of a demo."""

from django.urls import path

from linkwell.web.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.front_door, name="signin"),
    path("as/<int:account_id>/", views.sign_in_as, name="sign_in_as"),
]
