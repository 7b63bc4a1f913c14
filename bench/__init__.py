"""Measure the speed of Baeum against a yardstick: a minimal Django page. See docs/bench.md."""
