"""What the emulator leaves undone and AWS does, each in one module, outside the function's code.

mail_relay          email subscriptions are accepted, and no mail is ever sent
invocation_metrics  AWS/Lambda metrics are recorded for synchronous invocations only
queue_metrics       AWS/SQS metrics are not recorded
embedded_metrics    metrics that a function logs (EMF) stay log lines
aliases             an alias's weights and event settings are not heeded for events
condition_keys      the keys of IAM's own actions are evaluated, and never set
database_settings   some of what a database instance is made with is forgotten
idle_connections    idle connections are closed sooner than Terraform closes them
alarm_recovery      an alarm is evaluated when metric data arrive, so it never ages back to OK

The rest of the local stack neither knows nor needs these modules beyond starting them: four are at
work within the emulator (emulator_program.py), the others beside it (companion.py).
"""
