"""Loans for people: applications from a file, schedules before anybody signs, what the scripts do, and reports."""
