"""Lesson checks: ungraded quizzes at the end of a lesson."""
