-- Which version of which function made each attempt.

-- Such as csv-processor:7; NULL for attempts that are older than this column, and of a version that
-- does not fill it in. It is in no UPDATE grant: it is said once, when the attempt begins.
ALTER TABLE file_attempt ADD COLUMN function_version TEXT;

GRANT SELECT (function_version) ON file_attempt TO ${function_role}, ${reader_role}, ${operator_role};
GRANT INSERT (function_version) ON file_attempt TO ${function_role};
