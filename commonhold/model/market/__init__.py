"""Exact models of the market: what shares change hands for, and who gets what."""
