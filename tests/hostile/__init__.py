"""A hostile spec never becomes code (FAULTS, part C): every place of a document, every payload."""
