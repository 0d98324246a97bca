"""Votes, governor, timelock and houses' ballots in exact integers, from the specification and the interfaces."""
