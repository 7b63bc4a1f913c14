"""Tests that feed our exports to other systems, and hold their scores against ours. docs/peers.md lists what they do."""
