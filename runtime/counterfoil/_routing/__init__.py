"""From a path and a method to a route."""
