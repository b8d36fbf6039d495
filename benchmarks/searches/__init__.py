"""What `benchmarks.search` asks, of whom, and how it is measured and told: the site itself and two other designs."""
