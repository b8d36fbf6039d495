"""The second factor at sign-in: who needs one, and whether this session has shown it.

A role by itself is not enough where `STAFF_SECOND_FACTOR` is "required". The middleware marks the account of such a
request, and `User.acting_role`, on which every question about roles rests, is a member's until a second factor was
shown. So nothing has to be asked again in any page or act. Outside requests (commands, the queue) the role counts.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from gallery.accounts.house import house_account
from gallery.accounts.sessions import end_all
from gallery.around_views import before_views, finish_answers
from gallery.errors import Invalid, InvalidTransition
from gallery.models import ModerationAction, SignInLink, User
from gallery.models.moderation import ModerationKind
from gallery.models.user import Role
from gallery.moderation.acts import checked_reason

# Recovery codes stand in for these; alone they are none.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_METHOD = "mfa"
# Where a factor is shown; the first says what there is.
_SHOWING = ("mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")


class SecondFactorAdapter(DefaultMFAAdapter):
    """What apps and keys call the site and the account."""

    def get_totp_label(self, user: Any) -> str:
        """The user name: an e-mail address may change, and need not stand in an app."""
        return str(user.username)

    def get_totp_issuer(self) -> str:
        """The site's name."""
        return settings.SITE_NAME

    def _get_site_name(self) -> str:
        return settings.SITE_NAME


def has_second_factor(user: User) -> bool:
    """Whether the account has an app or a key set up."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def shown_in_session(request: HttpRequest, user: User) -> bool:
    """Whether a second factor that the account still has was shown in this session."""
    shown = any(record.get("method") == _METHOD for record in get_authentication_records(request, user))
    return shown and has_second_factor(user)


def needs_second_factor(user: User) -> bool:
    """Whether the role of this account counts only after a second factor."""
    return settings.STAFF_SECOND_FACTOR == "required" and user.is_active and user.role != Role.MEMBER


def set_up(request: HttpRequest, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    """Whoever sets up an app has just typed a code of it, or touched the key: that counts as shown."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, method=_METHOD, type=authenticator.type, reauthenticated=True)


@transaction.atomic
def reset_second_factor(name: str, reason: str) -> User:
    """Take somebody's second factor away, on the word of someone with a shell on the machine; they are signed out
    everywhere, and the log names the house account.

    Raises Invalid (unknown name, no reason) and InvalidTransition (there is none).
    """
    user = User.objects.select_for_update().filter(username__iexact=name, deleted_at=None).first()
    if user is None:
        raise Invalid("unknown_user", name=name)
    gone, _kinds = Authenticator.objects.filter(user=user).delete()
    if not gone:
        raise InvalidTransition("no_second_factor", name=user.username)
    end_all(user)
    SignInLink.objects.filter(user=user, used_at=None).delete()
    ModerationAction.objects.create(
        actor=house_account(),
        kind=ModerationKind.ACCOUNT,
        subject=user,
        reason=checked_reason(reason),
        details={"act": "reset_second_factor"},
    )
    return user


@before_views
def mark_staff(request: HttpRequest) -> None:
    """Marks who may not use their role yet. Stands behind authentication; who asks is still looked up only when
    somebody wants to know."""
    who: Any = request.user

    def marked() -> Any:
        if who.is_authenticated:
            request.known_user = who  # type: ignore[attr-defined]
        if who.is_authenticated and needs_second_factor(who):
            who.unproven = not shown_in_session(request, who)
            request.staff_unproven = who.unproven  # type: ignore[attr-defined]
        return who

    user: Any = SimpleLazyObject(marked)

    async def auser() -> Any:
        await sync_to_async(bool)(user)
        return user

    request.user, request.auser = user, auser


@before_views
def show_before_changing(request: HttpRequest) -> HttpResponseBase | None:
    """A session from before the account had a factor shows one before it changes factors or reads recovery codes, and
    its password is no proof of anything: whoever knows only that would else put a factor of theirs in the place."""
    asking = request.path == reverse("account_reauthenticate")
    if not asking and not request.path.startswith(reverse("mfa_index")):
        return None
    if request.path in {reverse(name) for name in _SHOWING} or not request.user.is_authenticated:
        return None
    if not has_second_factor(request.user) or shown_in_session(request, request.user):
        return None
    onwards = request.GET.get("next", "") if asking else request.get_full_path()
    return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': onwards or reverse('mfa_index')})}")


def _refused_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    page = request.method == "GET" and not request.headers.get("HX-Request") and not request.path.endswith(".json")
    return page and response.status_code == 403 and getattr(request, "staff_unproven", False)


@finish_answers(_refused_page)
def lead_staff_on(_request: HttpRequest, _response: HttpResponseBase) -> HttpResponseBase:
    """A refused page becomes the way to a second factor, where that is all that is missing."""
    return redirect("mfa_index")
