"""The inbox: what came in, and what becomes of it."""

from django.urls import path

from linkwell.web.referrals import views

app_name = "referrals"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<int:referral_id>/", views.referral, name="referral"),
    path("<int:referral_id>/accept/", views.accept, name="accept"),
    path("<int:referral_id>/decline/", views.decline, name="decline"),
    path("<int:referral_id>/ask/", views.ask, name="ask"),
    path("<int:referral_id>/answer/", views.answer, name="answer"),
]
