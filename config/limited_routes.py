"""What the addresses of no floor count as, and those of allauth; see `gallery.limits.routes`."""

from gallery.limits.acts import Act
from gallery.limits.routes import row, rows

_ACCOUNTS = """
    account_login account_signup account_reauthenticate account_email account_email_verification_sent
    account_change_password account_set_password account_reset_password account_confirm_login_code
    account_confirm_email account_reset_password_from_key_done account_reset_password_from_key
    account_reset_password_done account_inactive
"""

ROUTES = {
    # The supervisor and load balancers ask every second; robots should be told in any case.
    **rows(None, None, "health robots"),
    "preferences": row(Act.READ, Act.WRITE),
    **rows(Act.READ, Act.SIGN_IN, _ACCOUNTS),
    **rows(Act.MODERATE, Act.MODERATE, "admin:*"),
    **rows(Act.READ, Act.SIGN_IN, "mfa_*"),
    **rows(Act.READ, Act.WRITE, "usersessions_*"),
    # Whoever wants to leave can.
    "account_logout": row(Act.READ, None),
}
