"""Amazon MSK with IAM: a token, signed anew whenever the client asks, from the usual AWS credentials."""

from collections.abc import Mapping
from typing import Any

from topheavy.core.errors import UsageError

REGION = "MSK_REGION"


def iam(region: str) -> Mapping[str, Any]:
    """Return the client settings that sign in by IAM in ``region``.

    Raises:
        UsageError: when the signer is not installed.
    """
    try:
        from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
    except ImportError:
        raise UsageError(
            "TOPHEAVY_KAFKA_MSK_REGION wants Amazon's signer: pip install aws-msk-iam-sasl-signer-python"
        ) from None

    def token(_: str) -> tuple[str, float]:
        signed, until_ms = MSKAuthTokenProvider.generate_auth_token(region)
        return signed, until_ms / 1000

    return {"security.protocol": "SASL_SSL", "sasl.mechanisms": "OAUTHBEARER", "oauth_cb": token}
