"""One module = one analysis. Dropping a file here is the whole registration."""
