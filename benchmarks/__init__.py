"""Benchmarks: figures of this machine, and ratios to peers that run beside."""
