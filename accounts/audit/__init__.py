"""Record who has seen or changed whose data, in tables that nobody can change.

`context` knows who acts and from where; `recording` writes; `changes` watches models; `triggers` make the tables append-only;
`encryption` keeps personal values readable only as long as the person's key exists; `search` reads.
"""
