"""The admin of courses. Importing the package registers every admin class."""

from courses.admin import registrations

__all__ = ["registrations"]
