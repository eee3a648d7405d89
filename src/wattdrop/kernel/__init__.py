"""The method: columns in, columns out. Knows nothing of names, files or HTTP."""
