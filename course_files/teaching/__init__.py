"""Make what a teacher takes into a class from a course folder: slides, plans, handouts, and an answer book for staff.

`material.write_material` writes it for `manage.py make_slides`. Each page is one HTML file that loads nothing from elsewhere.
Only `answers` reads the key of a question; `docs/teaching-material.md` describes the pages.
"""
