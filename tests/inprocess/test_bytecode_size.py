"""Every contract fits the chain's limit with a tenth to spare."""

import pytest

from commonhold import build
from commonhold.gasbench.report import SIZE_BUDGET, runtime_sizes

build.ensure()
SIZES = runtime_sizes()


def test_there_are_contracts_to_weigh():
    assert {"ShareCertificate", "PropertyRegistry", "CertificateRenderer", "HomeDollar"} <= SIZES.keys()
    assert not [name for name in SIZES if name.startswith("Test")]


@pytest.mark.parametrize("name", sorted(SIZES))
def test_contract_leaves_a_tenth_of_the_limit(name):
    assert SIZE_BUDGET == 22_118, "24,576 bytes of EIP-170 less a tenth"
    assert 0 < SIZES[name] <= SIZE_BUDGET, f"{name} has {SIZES[name]:,} bytes of code, {SIZE_BUDGET:,} are allowed"
