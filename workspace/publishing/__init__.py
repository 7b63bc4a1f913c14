"""Publish the drafts of a course: check them, show the differences, write them, keep their history."""
