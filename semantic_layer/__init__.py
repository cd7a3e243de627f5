"""What the data means: YAML or bare tables → a catalog; a logical query → checked SQL → rows."""
