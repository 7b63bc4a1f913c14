"""Provide what several apps need; this package knows no app, and import-linter checks it.

Some modules are named by the wiring only (`lms` and `./run`), because they serve the pages and processes of every app: `pages`
(error pages, security policy, static files), `mail.inbox`, `api.problem_list`, `queue.filesystem_broker`, `catalogues` and
`database.sqlite3`.
"""
