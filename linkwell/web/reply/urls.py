"""A referral for you: link → page that says nothing → code → what you were told → answer."""

from django.urls import path

from linkwell.web.reply import views

app_name = "reply"
urlpatterns = [
    path("<str:secret>/", views.front, name="front"),
    path("<str:secret>/code/", views.code, name="code"),
    path("<str:secret>/send-code/", views.send_code, name="send_code"),
    path("<str:secret>/referral/", views.referral, name="referral"),
]
