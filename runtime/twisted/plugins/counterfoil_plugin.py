"""Tells `twist` of its plugin `counterfoil`."""

from twisted.application.service import ServiceMaker

counterfoil = ServiceMaker(
    "counterfoil",
    "counterfoil._serving.tap",
    "Serve what a function makes: a counterfoil.Site, or a resource.",
    "counterfoil",
)
