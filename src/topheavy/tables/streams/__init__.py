"""Tables that grow row by row: streamed and recorded ones, their offsets and their compaction."""
