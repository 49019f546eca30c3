"""A noticeboard: the worked example of counterfoil.

It begins with `spec/noticeboard.yaml`, of which `counterfoil generate` makes
`generated/noticeboard/`. This package is what a person writes: `handlers` answers the operations,
`store` and `queries` keep the notices in SQLite, `bell` wakes those who wait, and `__main__` serves
it all.
"""
