"""What the registry's calls cost does not depend on how much it holds (disaster T66)."""

from __future__ import annotations

import pytest
from house_terms import Kind, ref, sha256

BLOCK_SHARE = 3_000_000  # gas


def test_register__longest_texts__fits(registry, registrar, terms):
    names = dict.fromkeys(("provider", "titleReference", "jurisdiction"), "n" * 64)
    numbers = dict.fromkeys(("providerPropertyId", "parcel"), "1-" * 32)
    links = dict.fromkeys(("listingUri", "descriptionUri"), "u" * 256)
    tx = registry.register(terms(**names, **numbers, **links).abi(), sender=registrar)
    assert tx.gas_used < BLOCK_SHARE


def test_register__thirtieth_house__costs_as_the_second(registry, registrar, terms):
    def cost(number: int) -> int:
        numbered = terms(providerPropertyId=f"HV-{number}", parcel=f"{number}-7")
        return registry.register(numbered.abi(), sender=registrar).gas_used

    costs = [cost(number) for number in range(100, 130)]
    assert costs[-1] == pytest.approx(costs[1], rel=0.02)


def test_set_document__thirtieth_version__costs_as_the_second(registry, manager, house):
    def cost(version: int) -> int:
        link = f"documents/{version}.pdf"
        return registry.setDocument(house, Kind.APPRAISAL, link, sha256(link), sender=manager).gas_used

    costs = [cost(version) for version in range(100, 130)]
    assert costs[-1] == pytest.approx(costs[1], rel=0.02)


def test_report_claim__thirtieth__costs_as_the_second(registry, registrar, house):
    costs = [registry.reportSeniorClaim(house, 1, ref(f"{n}"), sender=registrar).gas_used for n in range(100, 130)]
    assert costs[-1] == pytest.approx(costs[1], rel=0.02)
