"""The exact reference model of the suite, written from the specification. See `core`."""

from commonhold.model.core import Refused
from commonhold.model.performing import Outcome
from commonhold.model.suite import Model, Setting

__all__ = ["Model", "Outcome", "Refused", "Setting"]
