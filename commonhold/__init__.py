"""Commonhold: real homes on chain, as share certificates held by credentialed owners."""
