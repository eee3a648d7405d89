"""Predictions held against measured energy: the table, the reading of its rows, the prediction and the scores."""
