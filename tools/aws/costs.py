"""`make costs`: what the stack costs a month, from prices.yaml and from what the template makes."""

import yaml

from stacks import ROOT, template

CHATS = (1_000, 10_000, 100_000)
# What each kind of stack has, by the template's conditions.
KINDS = {
    "HTTP API": {"HasApi", "HasHttpApi"},
    "REST API with a web ACL of its own": {"HasApi", "HasRestApi", "HasWebAcl", "HasOwnWebAcl"},
    "events by way of a queue": {"HasRule", "HasQueue"},
}


def prices() -> dict:
    """The price list."""
    return yaml.safe_load((ROOT / "tools/aws/prices.yaml").read_text())


def made(kind: str, resource_type: str) -> list[dict]:
    """The properties of the resources of a type that a kind of stack has."""
    resources = template()["Resources"].values()
    there = [one for one in resources if one["Type"] == resource_type and one.get("Condition") in {None, *KINDS[kind]}]
    return [one["Properties"] for one in there]


def fixed(kind: str, price: dict) -> dict[str, float]:
    """What is paid every month, with or without chats."""
    alarms = made(kind, "AWS::CloudWatch::Alarm")
    watched = sum(max(1, sum("MetricStat" in metric for metric in one.get("Metrics", []))) for one in alarms)
    # A filter with dimensions counts only when it matches.
    filters = [one for one in made(kind, "AWS::Logs::MetricFilter") if "Dimensions" not in one["MetricTransformations"][0]]
    assumed = price["assumed"]
    metrics = len(filters) + assumed["outcomes"] * assumed["metrics_per_outcome"]
    rules = sum(sum(isinstance(rule, dict) for rule in acl["Rules"]) for acl in made(kind, "AWS::WAFv2::WebACL"))
    acls = len(made(kind, "AWS::WAFv2::WebACL"))
    return {
        f"{len(alarms)} alarms on {watched} metrics": watched * price["alarm_metric_month"],
        f"{metrics} metrics": metrics * price["custom_metric_month"],
        "dashboard": price["dashboard_month"],
        **({f"web ACL with {rules} rules": acls * price["web_acl_month"] + rules * price["web_acl_rule_month"]} if acls else {}),
    }


def per_chat(kind: str, price: dict) -> dict[str, float]:
    """What one chat adds."""
    has, assumed = KINDS[kind], price["assumed"]
    gigabytes = assumed["log_kb"] / 1_000_000
    costs = {
        "function": price["lambda_request"] + assumed["seconds"] * assumed["memory_gb"] * price["lambda_arm64_gb_second"],
        "logs": gigabytes * (price["log_ingested_gb"] + price["log_stored_gb_month"]),
        "traces": price["trace"],
    }
    if "HasHttpApi" in has:
        costs["API"] = price["http_api_request"]
    if "HasRestApi" in has:
        costs["API"] = price["rest_api_request"]
        costs["web ACL"] = price["web_acl_request"]
    if "HasQueue" in has:
        # Sent, received and deleted.
        costs["event and queue"] = price["eventbridge_event"] + 3 * price["sqs_request"]
    return costs


def watched(condition: str, price: dict) -> float:
    """What the alarms and metrics cost that a condition adds, every month."""
    there = [one["Type"] for one in template()["Resources"].values() if one.get("Condition") == condition]
    alarms, filters = there.count("AWS::CloudWatch::Alarm"), there.count("AWS::Logs::MetricFilter")
    return alarms * price["alarm_metric_month"] + filters * price["custom_metric_month"]


def options(price: dict) -> dict[str, tuple[float, float]]:
    """What is added by choice: by the month, and by the chat."""
    bus = price["kms_key_month"] + watched("HasResultBus", price)
    # Encrypted once, and decrypted once for the rule that reads it.
    result = price["eventbridge_event"] + 2 * price["kms_request"]
    gigabytes = price["assumed"]["result_kb"] / 1_000_000
    # Seven days of a month.
    archived = gigabytes * (price["archived_gb"] + price["archive_stored_gb_month"] * 7 / 30)
    gigabytes = price["assumed"]["item_kb"] / 1_000_000
    # Claimed, completed and remembered; the item is kept for 24 months, and backed up.
    item = 2 * price["table_read"] + 3 * price["table_write"]
    kept = 24 * gigabytes * (price["table_stored_gb_month"] + price["table_recovery_gb_month"])
    return {
        "key of your own (`KmsKeyArn`)": (price["kms_key_month"], 2 * price["kms_request"]),
        "`ResultBus`: key, alarm, metric; one event": (bus, result),
        "`ResultBus: archived` adds": (0.0, archived),
        "`ContactTable`: alarm, metric; two reads, three writes, one item": (watched("HasContactTable", price), item + kept),
    }


def dollars(amount: float) -> str:
    """An amount in whole cents, or what little there is."""
    return f"{amount:.2f}" if amount >= 0.005 or amount == 0 else f"{amount:.4f}"


def report() -> str:
    """The table of docs/operations.md."""
    price, lines = prices(), []
    lines.append("| a month, in USD | " + " | ".join(f"{chats:,} chats" for chats in CHATS) + " |")
    lines.append("|---|" + "---:|" * len(CHATS))
    for kind in KINDS:
        whole = {name: [amount] * len(CHATS) for name, amount in fixed(kind, price).items()}
        whole |= {name: [amount * chats for chats in CHATS] for name, amount in per_chat(kind, price).items()}
        sums = [sum(amounts[column] for amounts in whole.values()) for column in range(len(CHATS))]
        lines.append(f"| **{kind}** | " + " | ".join(f"**{dollars(amount)}**" for amount in sums) + " |")
        lines += [f"| {name} | " + " | ".join(map(dollars, amounts)) + " |" for name, amounts in whole.items()]
    lines.append("| **by choice** |" + " |" * len(CHATS))
    for name, (month, chat) in options(price).items():
        lines.append(f"| {name} | " + " | ".join(dollars(month + chat * chats) for chats in CHATS) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
    print(f"\nPrices of {prices()['date']}, {prices()['region']}, from tools/aws/prices.yaml.")
