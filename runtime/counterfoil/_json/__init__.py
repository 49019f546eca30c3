"""JSON: read strictly, written canonically."""
