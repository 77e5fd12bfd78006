"""Words shared by every room; nothing here knows a vendor, a table or a page."""
