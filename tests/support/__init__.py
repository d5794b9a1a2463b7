"""What several test packages share: contract checks, builders, drivers. Never imported by the product."""
