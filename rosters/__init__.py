"""Rosters: lists of students in files of other systems, from the bytes to enrolments and back again by an undo."""
