"""What fits, and why?"""

from django.urls import path

from linkwell.web.find import choosing, views
from linkwell.web.missing.views import from_search

app_name = "support_search"
urlpatterns = [
    path("find/", views.search, name="search"),
    path("people/<int:person_id>/find/", views.for_person, name="for_person"),
    path("find/side-by-side/", choosing.beside, name="beside"),
    path("people/<int:person_id>/side-by-side/", choosing.beside_for, name="beside_for"),
    path("people/<int:person_id>/short-list/", choosing.listed, name="listed"),
    path("people/<int:person_id>/short-list/send/", choosing.send, name="send"),
    path("people/<int:person_id>/short-list/<int:service_id>/", choosing.keep, name="keep"),
    path("people/<int:person_id>/not-right/<int:service_id>/", choosing.not_right, name="not_right"),
    path("people/<int:person_id>/not-right/<int:service_id>/take-back/", choosing.take_back, name="take_back"),
    path("l/<str:secret>/", choosing.by_link, name="by_link"),
    path("people/<int:person_id>/find/missing/", from_search, name="missing"),
]
