"""Servers written with counterfoil."""
