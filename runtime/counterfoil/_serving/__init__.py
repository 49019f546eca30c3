"""Serving in processes: one that watches, and workers that share its sockets."""
