"""Errors of AWS's in our own words: what is wrong, and what to do next."""

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from deploy.aws import error_code, missing_action
from deploy.errors import DeployError, Failed, Refused

AwsError = BotoCoreError, ClientError
"""What a call may raise."""


def as_deploy_error(error: Exception) -> DeployError:
    """What a person is told of an error of AWS's: what is wrong, and what to do next."""
    if isinstance(error, DeployError):
        return error
    if isinstance(error, NoCredentialsError):
        return Refused("There are no AWS credentials. Log in, or set AWS_PROFILE.")
    if not isinstance(error, ClientError):
        return Failed(f"AWS could not be asked: {error} Run the same command again to go on.")
    action = missing_action(error)
    message = error.response.get("Error", {}).get("Message", "")
    if action:
        return Refused(
            f"Your credentials may not do {action}. Add this action to their policy and run the "
            f"same command again: it goes on where it stopped. AWS says: {message}"
        )
    if error_code(error) in _EXPIRED:
        return Refused(f"The AWS credentials are not valid: log in again. AWS says: {message}")
    return Failed(
        f"AWS refused {error.operation_name} with {error_code(error)}: {message} "
        "Mend that and run the same command again: it goes on where it stopped."
    )


_EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired"}
)
