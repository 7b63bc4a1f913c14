"""Practise mistakes by spaced repetition. Students see it as the "daily review"; here, *review* is manual grading only."""
