"""Measure how fast the weekly summaries of many students go out, and what else they need."""
