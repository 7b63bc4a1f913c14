"""Remember how many questions of the daily review are left today, so that every page can say it without a query."""

from datetime import date

from accounts.models import User
from common.database.durability import dispensable_write


def remember_reviews(user: User, day: date, count: int) -> None:
    """Store that `count` questions are left on `day` of the person's calendar. Nothing is written if it is known.

    Without a row that changes there is nothing to lose: the next page with the daily review counts again.
    """
    if (user.review_count if user.review_day == day else 0) == count:
        return
    user.review_day, user.review_count = day, count
    with dispensable_write("reviews_not_remembered"):
        User.objects.filter(pk=user.pk).update(review_day=day, review_count=count)
