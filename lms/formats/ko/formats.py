"""The half of the day stands before the time, as it is said. Django's format has it behind."""

DATETIME_FORMAT = "Y년 n월 j일 A g:i"  # 2026년 11월 29일 오후 11:05
