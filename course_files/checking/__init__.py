"""Check whether a course folder is good enough to teach from, beyond what an import requires.

`course.check_course` runs all checks for `manage.py check_course`. Each check adds faults to a shared report.
"""
