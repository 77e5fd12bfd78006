"""Who may do what, and which address gets which document."""
