"""Who gets into Django's admin: an owner who has shown a second factor in this session, whatever the settings ask."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from gallery.accounts.second_factor import has_second_factor, shown_in_session
from gallery.models import User
from gallery.models.user import Role

# Signing in and out and passwords are the site's own pages' business.
_NOT_HERE = frozenset({"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"})


class BackOffice(AdminSite):
    """Django's admin behind the owner's second factor; to everybody else it does not exist."""

    site_header = site_title = _("Tables")
    index_title = _("What the database holds")
    final_catch_all_view = False
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is an owner who has shown a second factor."""
        return _is_owner(request) and shown_in_session(request, request.user)  # type: ignore[arg-type]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """404 for everybody but owners, who are led to their second factor. Checked before Django's own check."""
        inner = super().admin_view(view, cacheable)

        @never_cache
        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not _is_owner(request):
                raise Http404
            if not self.has_permission(request):
                if not has_second_factor(request.user):  # type: ignore[arg-type]
                    return redirect("mfa_index")
                return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
            response: HttpResponseBase = inner(request, *args, **kwargs)
            return response

        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        """Django's, without its own ways to sign in."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in _NOT_HERE]


def _is_owner(request: HttpRequest) -> bool:
    # The role by itself: an owner who has shown nothing yet is led on.
    user = request.user
    return isinstance(user, User) and user.is_active and user.role == Role.OWNER


site = BackOffice(name="admin")


class ReadOnly(ModelAdmin):
    """A table to look at. Where nothing else is said it can be neither added to nor changed nor shortened."""

    writable: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False
    actions = None

    def get_urls(self) -> list[URLPattern]:  # type: ignore[override]
        """The list, a row and its history: nothing is added or removed here."""
        return [
            pattern
            for pattern in super().get_urls()
            if (pattern.name or "").endswith(("_changelist", "_change", "_history"))
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By what the list offers, in the address too: else a password's digest could be asked for letter by letter."""
        return lookup.split("__")[0] in self.list_filter and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The door was the check."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The door was the check."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: others refer to it, or it is evidence."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Where a column is safe to write."""
        return bool(self.writable)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but what is safe to write."""
        names = [field.name for field in self.model._meta.get_fields() if field.concrete and not field.auto_created]
        hidden = set(self.exclude or ())
        return [name for name in names if name not in self.writable and name not in hidden]


def register(model: Any, admin: type[ReadOnly] = ReadOnly) -> None:
    """Show a table."""
    site.register(model, admin)
