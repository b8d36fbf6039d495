"""Nobody decides their own matter, also one that became theirs after they claimed it, or reads who reported them."""

import pytest

from gallery.errors import NotAllowed
from gallery.models import Case
from gallery.models.review import Outcome
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.voices import report, report_person
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def moderator(name=""):
    return make_user(name, role="moderator")


def test_who_speaks_in_a_case_after_claiming_it_doesnt_decide_it():
    one, other, post = moderator(), moderator(), make_post()
    report(make_user(), post, "spam", "an advertisement")
    case = claim(one, Case.objects.get())
    report(one, post, "spam", "I say so too")
    with pytest.raises(NotAllowed) as refused:
        decide(one, case, Decision(Outcome.REMOVED, "spam"))
    assert refused.value.code == "own_case"
    case.claimed_until = case.opened_at
    case.save()
    decide(other, claim(other, case), Decision(Outcome.REMOVED, "spam"))


def test_who_decided_alone_when_they_claimed_doesnt_once_others_moderate(settings):
    owner = make_user(role="owner")
    report_person(make_user(), owner, "spam", "an advertisement")
    case = claim(owner, Case.objects.get())
    moderator()
    with pytest.raises(NotAllowed) as refused:
        decide(owner, case, Decision(Outcome.KEPT, "no"))
    assert refused.value.code == "own_case"


@pytest.mark.parametrize("about", ["post", "person"])
def test_a_moderator_doesnt_read_who_reported_them_or_what(client, about):
    reported, other = moderator("reported"), moderator("other")
    witness = make_user("witness-of-it")
    if about == "post":
        report(witness, make_post(reported), "spam", "as only I can know")
    else:
        report_person(witness, reported, "spam", "as only I can know")
    pages = ["/moderation/queue", f"/moderation/cases/{Case.objects.get().pk}"]
    client.force_login(reported)
    told = "".join(client.get(page).content.decode() for page in pages)
    assert "witness-of-it" not in told
    assert "only I can know" not in told
    client.force_login(other)
    told = "".join(client.get(page).content.decode() for page in pages)
    assert "witness-of-it" in told
    assert "only I can know" in told


def test_a_sole_owner_reads_and_decides_what_is_said_of_them(client):
    owner = make_user(role="owner")
    report(make_user("witness-of-it"), make_post(owner), "spam", "as only I can know")
    client.force_login(owner)
    case = Case.objects.get()
    assert "witness-of-it" in client.get(f"/moderation/cases/{case.pk}").content.decode()
    decide(owner, claim(owner, case), Decision(Outcome.KEPT, "no"))
