"""Reading what people write: files are checked as a whole before anything is sent to a chain."""
