"""Measure the pages of the staff in a course as large as a campus needs."""
