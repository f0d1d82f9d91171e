"""Where everyone arrives, and where an invitation is taken up."""

from django.urls import path

from linkwell.web.signin import second_step, views
from linkwell.web.signin.outside import views as outside

urlpatterns = [
    path("", views.home, name="home"),
    path("i/<str:secret>/", views.invitation, name="invitation"),
    path("s/<str:secret>/", second_step.link, name="second_step_link"),
    path("i/<str:secret>/outside/", outside.invitation, name="oidc_invitation"),
    path("outside/", outside.start, name="oidc_start"),
    path("outside/link/", outside.link, name="oidc_link"),
    path("outside/remove/", outside.remove, name="oidc_remove"),
    path("outside/again/", outside.again, name="oidc_again"),
    path("outside/callback/", outside.callback, name="oidc_callback"),
    path("signed-out/", outside.signed_out, name="signed_out"),
    path("second-step/", second_step.waits, name="second_step_waits"),
]
