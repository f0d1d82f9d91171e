"""What directory editors do: entries by hand, changes that wait, papers, accounts of organisations."""

from django.urls import path

from linkwell.web.editing import changes, groups, views

app_name = "editing"
urlpatterns = [
    path("directory/changes/", changes.waiting, name="waiting"),
    path("directory/changes/<uuid:submission>/", changes.decide, name="decide"),
    path("directory/add/", views.begin, name="begin"),
    path("directory/<int:service_id>/edit/", views.edit, name="edit"),
    path("directory/<int:service_id>/end/", views.end, name="end"),
    path("directory/<int:service_id>/bring-back/", views.back, name="back"),
    path("directory/<int:service_id>/address-given-out/", views.undisclosed, name="undisclosed"),
    path("directory/<int:service_id>/history/", views.history, name="history"),
    path("directory/organisations/<int:organisation_id>/checks/", groups.checks, name="checks"),
    path("directory/organisations/<int:organisation_id>/accounts/", groups.accounts, name="accounts"),
    path(
        "directory/organisations/<int:organisation_id>/accounts/<int:membership_id>/end/",
        groups.end_account,
        name="end_account",
    ),
]
