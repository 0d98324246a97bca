"""The lending layer of the exact reference model: plain integers and fractions, written from the specification."""

from commonhold.model.lending.schedule import LoanKind, Row, Terms, level_instalment_up, schedule

__all__ = ["LoanKind", "Row", "Terms", "level_instalment_up", "schedule"]
