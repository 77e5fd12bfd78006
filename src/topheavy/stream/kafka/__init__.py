"""The broker seam: any Kafka, or a practice broker inside this process."""
