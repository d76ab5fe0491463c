"""The check of the certificate."""

from typing import Any

from deploy.checks.finding import Finding, Visit


def certificate(visit: Visit) -> Finding:
    """Whether the certificate is issued, for the domain."""
    name, https = "certificate", visit.config.https
    if not https.certificate_arn:
        return Finding(name, None, "none: the balancer serves plain HTTP",
                       "Set https.certificate_arn and https.domain for HTTPS.")  # fmt: skip
    answer = visit.aws.client("acm").describe_certificate(CertificateArn=https.certificate_arn)
    return _certificate(answer["Certificate"], https.domain)


def _certificate(found: dict[str, Any], domain: str) -> Finding:
    covered = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if found["Status"] != "ISSUED":
        return Finding("certificate", ok=False, what=f"its state is {found['Status']}",
                       mend="Finish its validation in ACM.")  # fmt: skip
    if not any(_covers(each, domain) for each in covered):
        return Finding("certificate", ok=False, what=f"{domain} is not in it",
                       mend=f"It covers {', '.join(covered)}.")  # fmt: skip
    return Finding("certificate", ok=True, what=f"issued for {found['DomainName']}")


def _covers(pattern: str, domain: str) -> bool:
    wild = pattern.startswith("*.") and domain.partition(".")[2] == pattern[2:]
    return wild or pattern == domain
