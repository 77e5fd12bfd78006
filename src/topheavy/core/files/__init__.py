"""Files of this machine: written so that they outlast a power failure, and locks between processes."""
