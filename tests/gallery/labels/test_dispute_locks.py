"""Disputes take their locks in the order post, dispute, case, person, as decisions do: none waits for the other."""

from threading import Thread

import pytest
from django.db import connection, transaction

from gallery.labels.disputes import dispute, withdraw_dispute
from gallery.models import Post, User
from gallery.post_state import locked
from tests.factories import make_post, make_user
from tests.gallery.threads import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def while_the_post_is_locked(post, act, row):
    """Let `act` begin while another holds the post, which then locks `row` too; what `act` raised."""
    raised = []

    def run():
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    with transaction.atomic():
        locked(post)
        thread.start()
        until_somebody_waits()
        row()
    thread.join(20)
    return raised


def test_who_disputes_holds_nobody_up_who_decides_about_the_post_and_its_author():
    author = make_user()
    post = make_post(author, ai_evidence="declared")
    person = User.objects.select_for_update(no_key=True).filter(pk=author.pk)
    assert while_the_post_is_locked(post, lambda: dispute(author, post, "human", "I drew it"), person.get) == []


def test_who_takes_a_dispute_back_holds_nobody_up_who_decides_it():
    member, post = make_user(), make_post(ai_evidence="declared")
    raised = dispute(member, post, "human", "drawn by hand")
    case = type(raised.case).objects.select_for_update().filter(pk=raised.case_id)
    dispute_row = type(raised).objects.select_for_update().filter(pk=raised.pk)

    def decides():
        case.get()
        dispute_row.get()

    assert while_the_post_is_locked(Post(pk=post.pk), lambda: withdraw_dispute(member, raised), decides) == []
