"""The weekly summary. `courses.summaries` decides when it is due and what it says; `SummaryDelivery` is its outbox."""

from django.utils.translation import gettext_lazy

from common.messages.kinds import Channel, MessageKind


class WeeklySummary(MessageKind):
    name = "weekly-summary"
    title = gettext_lazy("Weekly summary")
    description = gettext_lazy("Once a week: where to go on, what is due, your progress and your results.")
    templates = "courses/weekly_summary"
    channels = frozenset({Channel.MAIL})
    sends_own_mail = True
    switch_column = "wants_weekly_summary"


KIND = WeeklySummary()
