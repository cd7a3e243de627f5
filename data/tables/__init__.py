"""One module per kind of table: each makes columns from a plan, and knows nothing of progress or of files."""
