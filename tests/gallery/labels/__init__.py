"""Tests of the label of a post."""
