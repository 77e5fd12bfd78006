"""A fund's holdings file, as its issuer prints it: what the issuers' sources have in common."""
