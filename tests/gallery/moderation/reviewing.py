"""What tests of the moderators' pages share."""

import re

from django.test import Client
from django.urls import reverse

from gallery import moderation
from gallery.models import Statement
from gallery.models.review import CaseKind
from gallery.moderation.cases import open_case
from gallery.moderation.statements import appeal
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post

LINE = re.compile(r"<li>(.*?)</li>")
KEEP = {"outcome": "kept", "reason": "Nothing is wrong."}


def moderator(**fields):
    return make_user(role="moderator", **fields)


def case_of(kind=CaseKind.REPORT, post=None, **more):
    return open_case(kind, post=post or bare_post(), **more)


def page_of(case):
    return reverse("gallery:review_case", args=[case.pk])


def door_of(case):
    return reverse("gallery:review_act", args=[case.pk])


def browser(person):
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


def text(answer):
    return answer.content.decode()


def appealed(one):
    post = bare_post()
    moderation.remove(one, post, "spam")
    return appeal(post.author, Statement.objects.get(), "No.").case
