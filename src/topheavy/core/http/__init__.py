"""The seam to the network: one request and its response, within the vendor's limits and ours."""
