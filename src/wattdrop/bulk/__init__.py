"""Many rows: files, streams and clusters. The numbers come from ``engine.estimate_table``; nothing here computes."""
