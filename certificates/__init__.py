"""Certify that students have completed a course: a PDF, a public page that verifies it, an Open Badge."""
