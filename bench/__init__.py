"""Owns how fast Baeum is said to be: measured against a yardstick that does the least a Django page can. See docs/bench.md."""
