"""Warn of what is likely wrong in the content of a course, although it may be right: old claims, giveaways, loose numbers.

`course.lint_course` runs all of it for `manage.py check_course`. A warning never keeps a course from being imported.
"""
