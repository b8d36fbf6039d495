"""How dates are written in each language: one way, in which no day can be taken for a month."""
