"""Which function each operation of notifications calls, and the page that calls it, too: see `tests.lms.caller_rows`."""

PUSHED = (
    ("subscriptions.PushTransports.get", "transports.keys.current_key", "device_list"),
    ("subscriptions.PushSubscriptions.get", "wishes.subscriptions.list_subscriptions", "device_list"),
    ("subscriptions.PushSubscriptions.post", "wishes.subscriptions.subscribe", "subscribe"),
    ("subscriptions.PushSubscriptionDetail.delete", "wishes.subscriptions.unsubscribe", "unsubscribe"),
    ("switches.PushSwitches.get", "wishes.switches.states", "device_list"),
    ("switches.PushSwitchDetail.get", "wishes.switches.states", "device_list"),
    ("switches.PushSwitchDetail.put", "wishes.switches.switch", "change_switches"),
)
