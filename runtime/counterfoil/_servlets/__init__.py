"""What generated servlets stand on, whatever host they are mounted on."""
