"""Django settings of an Irodori site; every knob an operator may turn is an environment variable.

docs/operator.md lists them.
"""

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.database import database_from_url
from config.env import (
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_pairs,
    env_path,
    env_pattern,
    env_secret,
    env_str,
    env_weights,
)
from config.exposure import default_second_factor
from config.media import media_storage, origins_of_pictures, sendfile
from gallery import raters
from gallery.limits.spec import limits_from

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env_path("IRODORI_VAR", BASE_DIR / "var")

DEBUG = env_bool("IRODORI_DEBUG", False)
PROCESS_ROLE = env_choice("IRODORI_ROLE", "command", ("web", "worker", "gardener", "beat", "command"))
SECRET_KEY = env_secret("SECRET_KEY", "")
if not SECRET_KEY:
    if PROCESS_ROLE != "command":
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set; give the {PROCESS_ROLE} process a long random one, the same for all of a site "
            "(make run keeps it in var/secret-key)."
        )
    # A one-off command signs nothing that outlives it, and a key that everybody knows would be worse than none.
    SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = env_list("IRODORI_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env_list("IRODORI_ORIGINS", [])
SITE_NAME = env_str("IRODORI_SITE_NAME", "Irodori")
SITE_URL = env_str("IRODORI_URL", f"http://localhost:{env_int('IRODORI_PORT', 8000, 1)}")

HTTPS = env_bool("IRODORI_HTTPS", SITE_URL.startswith("https:"))

INSTALLED_APPS = [
    # Without looking for others' pages: `gallery.back_office` says what there is.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "config.apps.ConfigConfig",
    "tagging.apps.TaggingConfig",
    "gallery.apps.GalleryConfig",
    "generation.apps.GenerationConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.robots.robots_tag",
    "config.middleware.private_by_default",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gallery.accounts.sessions.note_seen",
    "gallery.accounts.second_factor.lead_staff_on",
    "gallery.accounts.second_factor.mark_staff",
    "gallery.accounts.second_factor.show_before_changing",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gallery.labels.middleware.visitors_zone",
    "gallery.filters.middleware.viewers_filter",
    "allauth.account.middleware.AccountMiddleware",
    "gallery.accounts.barring.bar_the_banned",
    "config.middleware.refuse_large_bodies",
    "gallery.limits.middleware.RateLimits",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]

# --- data -----------------------------------------------------------------------------------------
JOB_LEASE_SECONDS = env_int("IRODORI_JOB_LEASE", 30, 2)
DATABASES = {
    "default": database_from_url(
        env_str("DATABASE_URL", f"postgresql://postgres@/irodori?host={VAR_DIR / 'postgres'}"),
        pooled=PROCESS_ROLE == "web",
        # Before a frozen process's leases end, or the others could still not claim its jobs. A command may be long.
        idle_seconds=0 if PROCESS_ROLE == "command" else max(2, JOB_LEASE_SECONDS // 2),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = env_path("IRODORI_MEDIA", VAR_DIR / "media")
# Where files lie that nobody may look at by accident: on no web server, in no backup that others read.
QUARANTINE_DIR = env_path("IRODORI_QUARANTINE", VAR_DIR / "quarantine")
# Copies of accounts that their owners asked for, until they expire. The web server and the gardener share it.
EXPORTS_DIR = env_path("IRODORI_EXPORTS", VAR_DIR / "exports")
MEDIA_STORAGE = media_storage()
# Who sends files of a folder: this process, or with "x-accel" the proxy before it.
SENDFILE = sendfile(MEDIA_STORAGE)
CHECKPOINTS_DIR = env_path("IRODORI_CHECKPOINTS", VAR_DIR / "checkpoints")
BUNDLED_MODEL_DIR = env_path("IRODORI_BUNDLED_MODEL", BASE_DIR / "generation" / "bundled" / "model")
TAGGER_DIR = env_path("IRODORI_TAGGER", BASE_DIR / "generation" / "bundled" / "tagger" / "model")

# What files are signed with: the operator's certificate and key, else an authority of the site's own in this folder.
C2PA_DIR = env_path("IRODORI_C2PA_DIR", VAR_DIR / "c2pa")
C2PA_CERT = env_str("IRODORI_C2PA_CERT")
C2PA_KEY = env_str("IRODORI_C2PA_KEY")
# PEM certificates of others whose manifests count as trusted.
C2PA_ANCHORS = env_str("IRODORI_C2PA_ANCHORS")
# China's mark for generated pictures (GB 45438-2025) in what is drawn here.
TC260 = env_bool("IRODORI_TC260", False)

BROKER_URL = env_str("BROKER_URL", f"redis+socket://{VAR_DIR / 'valkey' / 'valkey.sock'}")
CACHE_URL = env_str("CACHE_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "gallery.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_VALIDATORS = "gallery.accounts.names.username_validators"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "gallery.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "gallery.accounts.entrance_forms.EntranceLoginForm",
    "signup": "gallery.accounts.entrance_forms.EntranceSignupForm",
}
# Whose acts are counted: with 0 the address that connects, with n the one that n proxies passed on.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("IRODORI_TRUSTED_PROXIES", 0)
# Days in which somebody who asked for their account's deletion can change their mind.
DELETION_DAYS = env_int("IRODORI_DELETION_DAYS", 14, 1)
# Where copies of accounts lie that members bring along, until they are read; the largest that they may send, in MB.
IMPORTS_DIR = env_path("IRODORI_IMPORTS", VAR_DIR / "imports")
IMPORT_MAX_MB = env_int("IRODORI_IMPORT_MAX_MB", 2000, 1)
# Days that a copy of an account can be fetched, and the gigabytes that one may take.
EXPORT_DAYS = env_int("IRODORI_EXPORT_DAYS", 3, 1)
EXPORT_MAX_GB = env_int("IRODORI_EXPORT_MAX_GB", 20, 1)
REGISTRATION_OPEN = env_bool("IRODORI_REGISTRATION", True)
# Whether moderators, admins and owners need a second factor for what members may not do. Where nobody but this machine
# can reach the site it is left to them.
STAFF_SECOND_FACTOR = env_choice(
    "IRODORI_STAFF_SECOND_FACTOR",
    default_second_factor(
        listens_on=env_str("IRODORI_HOST", "127.0.0.1"),
        answers_to=[*ALLOWED_HOSTS, *CSRF_TRUSTED_ORIGINS, SITE_URL],
        proxies=ALLAUTH_TRUSTED_PROXY_COUNT,
    ),
    ("required", "optional"),
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ADAPTER = "gallery.accounts.second_factor.SecondFactorAdapter"
# Addresses are confirmed by nobody here (ACCOUNT_EMAIL_VERIFICATION), and many accounts have none.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Clocks of phones go wrong: a code counts half a minute longer, and as much before.
MFA_TOTP_TOLERANCE = 1
# Security keys speak to pages by HTTPS; browsers count this machine's own address as such.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "gallery:front"
ACCOUNT_LOGOUT_REDIRECT_URL = "gallery:front"
EMAIL_BACKEND = env_str("IRODORI_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env_str("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "irodori@localhost")

# --- what people may see and ask for --------------------------------------------------------------
# The highest rating that anyone but its author and the moderators can be shown.
MAX_PUBLIC_RATING = env_choice("IRODORI_MAX_RATING", "sensitive", ("general", "sensitive", "questionable", "explicit"))
# The program that suggests ratings: the first that is installed, none, or the name of one.
RATER = env_choice("IRODORI_RATER", "auto", ("auto", "none", *raters.names()))
# How sure it has to be, in percent, for its suggestion to count.
RATER_THRESHOLD = env_int("IRODORI_RATER_THRESHOLD", 80, 1) / 100
# Whether new posts wait unseen until it has looked at them.
RATE_BEFORE_SHOWING = env_bool("IRODORI_RATE_BEFORE_SHOWING", False)
# Within how many hours a moderator decides what waits for one; the queue marks what waits longer.
REVIEW_HOURS = env_int("IRODORI_REVIEW_HOURS", 24, 1)
# How many posts of one author a page of results holds, unless the search asks for people; 0 is no limit.
POSTS_PER_AUTHOR = env_int("IRODORI_POSTS_PER_AUTHOR", 8)
# A program that finds parts to repair in a picture, such as hands: `package.module.callable`. Empty: none.
REPAIR_DETECTOR = env_str("IRODORI_REPAIR_DETECTOR")
# What robots are asked for: everything, no training of models, or to stay away.
ROBOTS = env_choice("IRODORI_ROBOTS", "no_ai", ("open", "no_ai", "closed"))
# How often who may do what; {} is no limit at all.
RATE_LIMITS = limits_from(env_str("IRODORI_RATE_LIMITS"))
# Whether posts of new members wait for a moderator, a few at a time.
UPLOAD_SLOTS = env_bool("IRODORI_UPLOAD_SLOTS", False)
QUEUE_MAX_WAITING_PER_USER = env_int("IRODORI_QUEUE_PER_USER", 32, 1)
QUEUE_MAX_WAITING = env_int("IRODORI_QUEUE_TOTAL", 2000, 1)
# Pictures to start from and masks that one account may send in a day, and the megabytes kept of them.
UPLOADS_PER_DAY = env_int("IRODORI_UPLOADS_PER_DAY", 200, 1)
UPLOAD_MB_PER_DAY = env_int("IRODORI_UPLOAD_MB_PER_DAY", 1000, 1)
# How many files each web process opens at a time; each takes up to 600 MB while it does.
UPLOAD_CHILDREN = env_int("IRODORI_UPLOAD_CHILDREN", 2, 1)
# Days that a picture waits to be posted after somebody last typed something about it.
DRAFT_DAYS = env_int("IRODORI_DRAFT_DAYS", 7, 1)
# Whether members may name a picture by its address, which the site then fetches.
FETCH_URLS = env_bool("IRODORI_FETCH_URLS", False)
# Lists of known files: kind=address, such as pdq=/srv/lists/known.txt or sha256=https://lists.example.org/known.csv.
HASH_LISTS = env_pairs("IRODORI_HASH_LISTS", ("sha256", "pdq"))
# Days after which a strike counts no more; how many that count bring a ban by themselves (0: none do); its days.
STRIKE_DAYS = env_int("IRODORI_STRIKE_DAYS", 90, 1)
STRIKES_TO_BAN = env_int("IRODORI_STRIKES_TO_BAN", 3)
STRIKE_BAN_DAYS = env_int("IRODORI_STRIKE_BAN_DAYS", 14, 1)
PROMPT_MAX_LENGTH = 4000
JOB_MAX_ATTEMPTS = 3
# How much of the machine a role gets while others wait too.
QUEUE_WEIGHTS = env_weights("IRODORI_QUEUE_WEIGHTS", {"member": 1.0, "moderator": 2.0, "admin": 4.0, "owner": 4.0})
# Megapixel-steps of a picture that somebody with few pictures waiting gets within the queue's bound on others' jobs.
QUEUE_LIGHT_COST = env_int("IRODORI_QUEUE_LIGHT", 32, 1)
DEVICE = env_pattern("IRODORI_DEVICE", "auto", r"auto|cpu|cuda(:\d{1,2})?", "auto, cpu, cuda or cuda:0, cuda:1, …")
# What jobs are routed by; empty: the kind of the device.
DEVICE_CLASS = env_pattern("IRODORI_DEVICE_CLASS", "", r"[a-z0-9-]{0,20}", "up to 20 small letters, digits and hyphens")
STARTER_GALLERY = env_bool("IRODORI_STARTER_GALLERY", True)

# --- slots of the gallery's pages that the floor above fills ------------------------------------------
CREATE_URL_NAME = "generation:create"
EXAMPLE_PROMPT = "1girl, long hair, red hair, smile, blue background"
# Where a post that is a remix is shown beside what it was made from; lines about who else made it possible.
REMIX_URL_NAME = "generation:remix_diff"
POST_MENTIONS = ["generation.style_pages.mentions.mentions_of"]
# What moderators can hide beside posts and comments: for each kind of thing a function that loads one by its number.
THINGS = {"style": "generation.style_pages.reported.load"}
POST_ACTIONS: list[dict[str, Any]] = [
    {
        "label": _("Generate like this"),
        "note": _("new seed"),
        "icon": "remix",
        "url_name": "generation:create",
        "query": "?remix={post_id}",
        "needs": "prompt",
    },
    {
        "label": _("Generate like this"),
        "note": _("same seed"),
        "icon": "dice",
        "url_name": "generation:create",
        "query": "?remix={post_id}&seed=same",
        "needs": "seed",
    },
    {
        "label": _("Draw over it"),
        "note": "",
        "icon": "brush",
        "url_name": "generation:create",
        "query": "?edit={post_id}",
        "needs": "nothing",
    },
]

# What each floor's addresses count as where acts are limited.
LIMITED_ROUTES = ["gallery.limits.routes.ROUTES", "generation.limited_routes.ROUTES", "config.limited_routes.ROUTES"]

# Whose rows name files of pictures, in columns `path` and `sha256`: what none of them names is nobody's.
MEDIA_NAMED_BY = ["gallery.AssetFile", "gallery.Download", "generation.Mask"]

# What else belongs to an account, above the gallery's floor: modules with `parts`, `pictures`, `settle` and `erase`.
ACCOUNT_PARTS = ["generation.account"]

# --- language, time, static files -----------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = env_str("IRODORI_TIME_ZONE", "UTC")
STATIC_URL = "static/"
STATIC_ROOT = env_path("IRODORI_STATIC", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "media": MEDIA_STORAGE,
    "staticfiles": {
        "BACKEND": "config.staticfiles.ModuleManifestStorage"
        if env_bool("IRODORI_HASHED_STATIC", PROCESS_ROLE == "web")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = True

# --- safety ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *origins_of_pictures(MEDIA_STORAGE)],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Celery (read with namespace CELERY) ----------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Someone waits in their browser while a bell is rung: one more try, then the sweeper does it.
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1} | (
    {"visibility_timeout": 7200, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
    if BROKER_URL.startswith("redis")
    else {}
)
CELERY_TASK_DEFAULT_QUEUE = "irodori"
# The gallery's own work has a worker of its own, so that it and drawing never wait for each other.
# But that it hangs is for others to notice.
CELERY_TASK_ROUTES = {
    "gallery.miss_ratings": {"queue": "irodori"},
    "gallery.*": {"queue": "irodori-gallery"},
    "generation.account_import": {"queue": "irodori-gallery"},
}
CELERY_BEAT_SCHEDULE = {
    "ring for lost jobs": {
        "task": "generation.sweep",
        "schedule": env_int("IRODORI_SWEEP_SECONDS", 5, 1),
        # While a worker draws, sweeps it can't get to needn't pile up; the sender's clock sets the hour.
        "options": {"expires": 600},
    },
    "go on with bulk updates": {"task": "gallery.run_bulk_updates", "schedule": 30, "options": {"expires": 60}},
    "miss ratings": {"task": "gallery.miss_ratings", "schedule": 60, "options": {"expires": 60}},
    "rate new posts": {"task": "gallery.rate_posts", "schedule": 10, "options": {"expires": 30}},
    "look for copies": {"task": "gallery.look_for_copies", "schedule": 30, "options": {"expires": 30}},
    "remove uploads that nobody uses": {
        "task": "generation.remove_unused",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "archive rejects and empty bins": {
        "task": "generation.tend_takes",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "remove downloads that nobody asks for": {
        "task": "gallery.remove_old_downloads",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "make copies of accounts": {"task": "gallery.account_export", "schedule": 60, "options": {"expires": 60}},
    "remove old copies of accounts": {
        "task": "gallery.remove_old_exports",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "read copies that were brought along": {
        "task": "generation.account_import",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "forget where sessions were": {
        "task": "gallery.forget_devices",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "delete accounts": {"task": "gallery.delete_accounts", "schedule": 3600, "options": {"expires": 3600}},
    "read lists of known files": {"task": "gallery.read_hash_lists", "schedule": 86400, "options": {"expires": 3600}},
    "forget old refusals": {"task": "gallery.forget_refusals", "schedule": 86400, "options": {"expires": 3600}},
    "count what files take up": {"task": "gallery.count_storage", "schedule": 600, "options": {"expires": 600}},
    "forget old sessions": {"task": "generation.forget_sessions", "schedule": 3600},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"sweeps": {"()": "config.logs.WithoutSweeps"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env_str("IRODORI_LOG_LEVEL", "INFO")},
    "loggers": {
        # Three lines for each sweep, every few seconds for ever, would hide the ones that matter.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"filters": ["sweeps"]},
    },
}
