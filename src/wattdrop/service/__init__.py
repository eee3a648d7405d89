"""The HTTP surface: parse, authorise, call the engine, encode. It knows no method and no SQL."""
