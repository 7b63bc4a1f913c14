"""Serve a WSGI application with granian: `python -m operations.web lms.wsgi:application`."""
