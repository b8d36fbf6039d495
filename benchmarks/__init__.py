"""What measures speed; figures are ratios of things measured side by side in one run."""
