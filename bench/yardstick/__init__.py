"""The least that Django can do for the same kinds of request: one session, one person, one row of 4 KB, nothing else.

A site of its own with settings of its own; nothing here is shared with the product, so that no change to the product
moves the yardstick.
"""
