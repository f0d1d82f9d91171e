"""Where everyone arrives, and where an invitation is taken up."""

from django.urls import path

from linkwell.web.signin import second_step, views

urlpatterns = [
    path("", views.home, name="home"),
    path("i/<str:secret>/", views.invitation, name="invitation"),
    path("s/<str:secret>/", second_step.link, name="second_step_link"),
    path("second-step/", second_step.waits, name="second_step_waits"),
]
