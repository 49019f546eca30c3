"""The generated package on disk. Only this part of the generator writes anything.

    manifest   what was generated, from what, by what
    planning   what a write would do, and what stands against it
    writing    does it: all or nothing, in one step where the system can
    drift      how what is on disk differs from what would be generated
    fresh      the quick answer to that: only hashes
    created    files that a person will edit: written once, never over another

Nothing here imports anything heavy: the quick check is to take a fraction of a second.
"""

from __future__ import annotations
