"""The one way to build the suite: parameters, plan, execution on either engine, proof.

parameters = load_parameters("params/local.yaml")
suite = deploy(engine, parameters)          # resumes whatever it finds
suite.certificate.ownerOf(257)              # contracts by the plan's names
prove(suite)                                # the deployer holds nothing, and did nothing but the plan
"""

from commonhold.recipe.deploy import RecipeError, Suite, deploy
from commonhold.recipe.parameters import (
    Parameters,
    ParametersError,
    find_parameters,
    load_parameters,
    local_parameters,
)
from commonhold.recipe.plan import PLAN, Role
from commonhold.recipe.proof import ProofFailed, prove

__all__ = [
    "PLAN",
    "Parameters",
    "ParametersError",
    "ProofFailed",
    "RecipeError",
    "Role",
    "Suite",
    "deploy",
    "find_parameters",
    "load_parameters",
    "local_parameters",
    "prove",
]
