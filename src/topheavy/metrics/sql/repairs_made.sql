-- question: What was wrong in the data, how was it mended, and with what evidence?
-- kind: view
-- grain: id
-- inputs: repairs
-- unit: that of the column corrected
-- shown as: repairs
-- narrowed by: rule, dataset, security, effective
-- day: effective
-- order: rule, security, effective
-- without a date: all
-- units: before unit of the field, after unit of the field
SELECT id, rule, dataset, security, effective, covers, source, field, before, after, evidence, active
FROM repairs
