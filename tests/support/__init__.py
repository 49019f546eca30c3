"""Writes docs/support.md from the rules and the corpus: `python -m tests.support`."""
