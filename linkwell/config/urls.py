"""Every address of the product; each route carries its policy (`linkwell.web.policy`)."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("linkwell.web.urls")),
]
handler404 = "linkwell.web.errors.not_found"
handler403 = "linkwell.web.errors.not_found"
handler500 = "linkwell.web.errors.server_error"
handler400 = "linkwell.web.errors.bad_request"
