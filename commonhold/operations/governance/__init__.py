"""What the scripts of governance do: roles, stops, proposals."""
