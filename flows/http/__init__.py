"""HTTP: requests go out, checked responses and downloaded files come back.

Start with `client`, which retries, limits and masks; `address_guard` decides which addresses may be connected to,
`rate_limits` spaces the requests to a host, and `response_cache` serves conditional requests.
"""
