"""The real specs, where they are, and what each is known to hold."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SPECS = Path(os.environ.get("COUNTERFOIL_SPECS", "../shared/specs")).resolve()
MISSING = f"the real specs are not at {SPECS}; set COUNTERFOIL_SPECS to their folder"


@dataclass(frozen=True, slots=True)
class RealApi:
    """An API of the world: its package, its spec below `SPECS`, and its numbers of operations."""

    package: str
    spec: str
    operations: int
    secured: int = 0  # by schemes that the spec declares, and not optionally


REAL_APIS = (
    RealApi("matrix_client", "matrix/api/client-server", 166, secured=136),
    RealApi("matrix_server", "matrix/api/server-server", 36, secured=28),
    RealApi("matrix_appservice", "matrix/api/application-service", 9, secured=9),
    RealApi("matrix_identity", "matrix/api/identity", 23, secured=16),
    RealApi("matrix_push", "matrix/api/push-gateway", 1),
    RealApi("github", "github/api.github.com.json", 767),
    RealApi("twilio_api", "twilio/twilio_api_v2010.yaml", 197, secured=197),
    RealApi("twilio_conversations", "twilio/twilio_conversations_v1.yaml", 103, secured=103),
    RealApi("twilio_verify", "twilio/twilio_verify_v2.yaml", 57, secured=57),
)
