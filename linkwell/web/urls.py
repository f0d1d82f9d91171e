"""The pages, one folder per journey."""

from django.urls import path

from linkwell.web.policy import public

urlpatterns: list = []
