"""Foreign shapes: one module each, from what another system sends to raw rows for ``schema.parse_rows``, and back.

Adapters know the wire shapes and nothing of estimates, stores or HTTP. They do not know each other.
"""
