"""Where everyone arrives, and where an invitation is taken up."""

from django.urls import path

from linkwell.web.signin import views

urlpatterns = [
    path("", views.home, name="home"),
    path("i/<str:secret>/", views.invitation, name="invitation"),
]
