"""The JSON interface: what pages show, for programs."""
