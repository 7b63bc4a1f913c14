"""Serve the yardstick: the smallest Django site that answers the same kinds of requests as the product.

A request uses one session, one person and one row with 4 KB of text. The yardstick has its own settings and shares no code with
the product, so that a change to the product does not change the figures of the yardstick.
"""
