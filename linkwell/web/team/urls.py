"""Who works in a scheme, who refers to it, and its settings."""

from django.urls import path

from linkwell.web.team import arranging, members, views

app_name = "team"
urlpatterns = [
    path("", members.members, name="members"),
    path("invite/", members.invite, name="invite"),
    path("invited/", members.invited, name="invited"),
    path("invitations/<int:invitation_id>/withdraw/", members.withdraw, name="withdraw"),
    path("members/<int:membership_id>/", members.member, name="member"),
    path("members/<int:membership_id>/end/", members.end, name="end"),
    path("members/<int:membership_id>/reset/", members.reset, name="reset"),
    path("waiting/<int:proposal_id>/", members.decide, name="decide"),
    path("waiting/<int:proposal_id>/withdraw/", members.withdraw_asked, name="withdraw_asked"),
    path("practices/", arranging.practices, name="practices"),
    path("practices/add/", arranging.add_practice, name="add_practice"),
    path("practices/<int:practice_id>/", arranging.practice, name="practice"),
    path("agencies/add/", arranging.add_agency, name="add_agency"),
    path("agencies/<int:agency_id>/", arranging.agency, name="agency"),
    path("programmes/", arranging.programmes, name="programmes"),
    path("programmes/<int:programme_id>/end/", arranging.end_programme, name="end_programme"),
    path("scheme/", views.scheme, name="scheme"),
    path("access/", views.access, name="access"),
]
