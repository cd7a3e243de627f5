"""Reading questions over small tables: looking up, listing and ranking rows rather than metrics."""
