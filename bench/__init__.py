"""Measure the speed of Baeum relative to the yardstick, a minimal Django site. See docs/bench.md."""
