"""Configure the app, and register the kinds of messages of all apps."""

from django.apps import AppConfig

from common.database import name_order  # noqa: F401  # It registers the order of names.
from common.korean import messages
from common.messages import kinds

# Here, because Django imports this module before it translates anything.
messages.install()


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        # All models are loaded by now.
        kinds.find_kinds()
