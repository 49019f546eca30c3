"""What is sent: heads, bodies, errors."""
