"""The demo business: a seeded generator of an omni-channel retailer, and nothing that the product reads."""
