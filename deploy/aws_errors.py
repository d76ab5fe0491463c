"""Errors of AWS's in our own words: what is wrong, and what to do next."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's, for whatever does not answer
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from deploy.aws import error_code, missing_action
from deploy.errors import DeployError, Failed, Refused
from deploy.wording import in_short, sentence

AwsError = BotoCoreError, ClientError, ResponseParserError
"""What a call may raise."""

Unanswered = ConnectionError, HTTPClientError, ResponseParserError
"""Those of a call to which AWS itself has said nothing."""

LOOK = "Look at the region, AWS_ENDPOINT_URL, proxies and the network."
"""What to do where AWS does not answer."""


def as_deploy_error(error: Exception) -> DeployError:
    """What a person is told of an error of AWS's: what is wrong, and what to do next."""
    if isinstance(error, DeployError):
        return error
    if isinstance(error, NoCredentialsError):
        return Refused("There are no AWS credentials. Log in, or set AWS_PROFILE.")
    if isinstance(error, ProfileNotFound):
        return Refused(f"{sentence(error)} Set AWS_PROFILE to one that `aws configure` knows.")
    if isinstance(error, _CREDENTIALS):
        return Refused(f"The AWS credentials cannot be had: {sentence(error)} Log in again.")
    if isinstance(error, ClientError):
        return _of_answer(error)
    return Failed(f"{unanswered(error)} Run the same command again to go on.")


def unanswered(error: Exception) -> str:
    """What a person is told of a call that AWS did not answer."""
    if isinstance(error, ResponseParserError):
        return f"What answered is not AWS: {sentence(in_short(error))} {LOOK}"
    advice = f" {LOOK}" if isinstance(error, Unanswered) else ""
    return f"AWS could not be asked: {sentence(error)}{advice}"


def aws_says(error: ClientError) -> str:
    """AWS's own words, as a sentence."""
    return sentence(error.response.get("Error", {}).get("Message") or error_code(error))


def _of_answer(error: ClientError) -> DeployError:
    action, told = missing_action(error), aws_says(error)
    if action:
        return Refused(
            f"Your credentials may not do {action}. Add this action to their policy and run the "
            f"same command again: it goes on where it stopped. AWS says: {told}"
        )
    if error_code(error) in _EXPIRED:
        return Refused(f"The AWS credentials are not valid: log in again. AWS says: {told}")
    return Failed(
        f"AWS refused {error.operation_name} with {error_code(error)}: {told} "
        "Mend that and run the same command again: it goes on where it stopped."
    )


_CREDENTIALS = (
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
_EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired"}
)
