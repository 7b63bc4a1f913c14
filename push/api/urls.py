"""Route the API addresses of notifications."""

from common.api.routing import route
from push.api import subscriptions, switches

urlpatterns = [
    route("push-transports", subscriptions.PushTransports.as_view(), "api-push-transports"),
    route("push-subscriptions", subscriptions.PushSubscriptions.as_view(), "api-push-subscriptions"),
    route("push-subscriptions/<uuid:uuid>", subscriptions.PushSubscriptionDetail.as_view(), "api-push-subscription"),
    route("push-switches", switches.PushSwitches.as_view(), "api-push-switches"),
    route("push-switches/<slug:kind>", switches.PushSwitchDetail.as_view(), "api-push-switch"),
]
