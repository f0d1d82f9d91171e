"""Our listing: what an organisation's own account sees and does."""

from django.urls import path

from linkwell.web.organisation import views
from linkwell.web.organisation.asked import asked

app_name = "organisation"
urlpatterns = [
    path("", views.listing, name="listing"),
    path("right/", views.all_right, name="all_right"),
    path("asked/", asked, name="asked"),
    path("people/", views.colleagues, name="colleagues"),
    path("<int:service_id>/", views.entry, name="entry"),
    path("<int:service_id>/change/<slug:group>/", views.change, name="change"),
    path("<int:service_id>/right/", views.right, name="right"),
    path("<int:service_id>/now/", views.now, name="now"),
    path("<int:service_id>/break/", views.seasonal, name="break"),
    path("<int:service_id>/places/", views.places, name="places"),
    path("<int:service_id>/referrals/", views.address, name="address"),
]
