"""`python -m counterfoil_codegen` is `counterfoil`."""

from __future__ import annotations

import sys

from counterfoil_codegen.cli import main

sys.exit(main())
