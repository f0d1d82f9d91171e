"""A referrer's own pages: refer someone, and see what became of it."""

from django.urls import path

from linkwell.web.refer import views

app_name = "refer"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("print/", views.printed, name="print"),
    path("new/", views.refer, name="refer"),
    path("new/check/", views.check, name="check"),
    path("<int:referral_id>/", views.own, name="own"),
    path("<int:referral_id>/sent/", views.sent, name="sent"),
    path("<int:referral_id>/answer/", views.answer, name="answer"),
    path("<int:referral_id>/note/", views.note, name="note"),
]
