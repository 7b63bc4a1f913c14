"""Grading by a person: which answers wait, what the grader sees, and what was decided. The pages and the API call it."""
