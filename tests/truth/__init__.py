"""Whether bodies are taken and refused as JSON Schema has it, with jsonschema-rs as the referee."""
