from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "linkwell.messages"
    label = "outbox"  # "messages" is the label of django.contrib.messages
    default_auto_field = "django.db.models.BigAutoField"
