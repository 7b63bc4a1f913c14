"""Provide code that several apps use. This package imports no app; import-linter checks that.

No app imports the following modules. Only `lms` and `./run` refer to them, because they serve all apps: `pages` (error pages,
content security policy, static files), `mail.inbox`, `pages.problem_list`, `queue.filesystem_broker`, `catalogues` and
`database.sqlite3`.
"""
