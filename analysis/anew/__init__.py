"""The sums of item statistics, computed from the responses again."""
