"""What AWS does and the emulator does not, one module each, outside the functions' code.

action_names        some requests are checked for a right that IAM does not know
alias_weights       an alias's weights and event settings are ignored for events
asynchronous_events events begin as they arrive, however many, and a throttled one is a failed one
condition_keys      keys of IAM's and SNS's actions are evaluated, and never set
credentials         anyone is taken for root who names a key that everyone knows, or none
database_settings   some settings of a new database instance are forgotten
idle_connections    idle connections are closed sooner than Terraform closes them
alarm_dimensions    an alarm watches the metrics of every dimension
resource_patterns   a line feed in a key is matched by no pattern
unpacked_code       a package is unpacked for each copy of a function
whole_checksums     a copy, or an object that came in parts, has no checksum of the whole
invocation_metrics  AWS/Lambda metrics are recorded for synchronous invocations only
embedded_metrics    metrics that a function logs (EMF) stay log lines
queue_metrics       AWS/SQS metrics are not recorded
alarm_recovery      an alarm is evaluated when metric data arrive, so it never ages back to OK

The first eleven change the emulator from within: each has `apply_patch()`, which
processes/emulator_program.py calls before the emulator starts. The others work beside it, in the
companion (processes/companion.py). Mail to the topic's subscribers, which the emulator never sends,
is in local/mail/.
"""
