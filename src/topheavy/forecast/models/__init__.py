"""The models, one file each; a file declares its model as ``MODEL``."""
