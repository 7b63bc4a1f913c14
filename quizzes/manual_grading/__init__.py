"""Grading by a person: which attempts wait, what the grader sees, and what was decided. The admin and the API call it."""
