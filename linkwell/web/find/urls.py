"""What fits, and why?"""

from django.urls import path

from linkwell.web.find import views
from linkwell.web.missing.views import from_search

app_name = "support_search"
urlpatterns = [
    path("find/", views.search, name="search"),
    path("people/<int:person_id>/find/", views.for_person, name="for_person"),
    path("people/<int:person_id>/find/missing/", from_search, name="missing"),
]
