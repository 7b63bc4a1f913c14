"""Say of each field of each model whether it is personal data, what for, who reads it, and how long it is kept.

Each app declares its fields in its module `personal_fields`. docs/personal-data.md and the page of that name are made from it.
"""
