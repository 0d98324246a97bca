"""What the scripts do, as plain functions over an engine and a deployed suite."""
