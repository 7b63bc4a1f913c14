"""Practise mistakes by spaced repetition. Students see it as "daily review". Here *review* means manual grading."""
