"""Benchmarks: each prints its workload, its contenders and their ratio, and writes `results/<name>.json`."""
