"""Two ways to run the same suite behind one small interface: in process (fast) and through ape (any network).

`InProcessEngine` is imported here; `ApeEngine` lives in `commonhold.engines.anvil_ape` and is imported from there, so
that tests in process never pay the seconds that importing ape costs.
"""

from commonhold.engines.base import Contract, Engine, EngineError, Event, Receipt, Revert
from commonhold.engines.inprocess import InProcessEngine

__all__ = ["Contract", "Engine", "EngineError", "Event", "InProcessEngine", "Receipt", "Revert"]
