"""Ten years of a loan book in process: real terms, people who pay, prepay, are late or stop, and the laws all along."""
