"""What the emulator forgets or hides of what Terraform made: each later plan has it again."""

from rowledger.functions import contract

# It reads an alarm back with threshold, metric and comparison alone.
ALARM = {
    "actions_enabled",
    "alarm_actions",
    "alarm_description",
    "dimensions",
    "period",
    "statistic",
    "treat_missing_data",
}
FLOW_LOG = {
    "arn",
    "deliver_cross_account_role",
    "iam_role_arn",
    "id",
    "log_format",
    "log_group_name",
    "max_aggregation_interval",
    "tags",
    "tags_all",
}
ENDPOINT = {"policy", "private_dns_enabled", "security_group_ids"}
FORGOTTEN: dict[str, set[str]] = {
    **{
        f'module.alarms.aws_cloudwatch_metric_alarm.this["{name}"]': ALARM
        for name, alarm in contract.load("pipeline.json")["alarms"].items()
        if alarm.get("emulated", True)
    },
    # Role and interval cannot be changed in a flow log: it would be made anew.
    'module.network.aws_flow_log.this["database"]': FLOW_LOG,
    'module.network.aws_flow_log.this["lambda"]': FLOW_LOG,
    "module.network.aws_vpc_endpoint.s3": {"policy"},
    "module.network.aws_vpc_endpoint.secretsmanager": ENDPOINT,
    "module.network.aws_vpc_endpoint.sns": ENDPOINT,
}
