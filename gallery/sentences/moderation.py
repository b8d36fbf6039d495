"""What is wrong with what people say to moderators, and with what those decide; with comments and labels."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "comment_wait": _("You commented a moment ago. You can send the next one in %(wait)d seconds."),
    "comments_closed": _("The author of this post takes no comments on it."),
    "no_such_comment": _("This comment isn’t there any more, or you may not see it."),
    "comment_gone": _("This comment was removed or withdrawn meanwhile."),
    "comment_edit_too_late": _("A comment can be changed for %(minutes)d minutes; write another one."),
    "not_your_comment": _("Only its author can change or withdraw this comment."),
    "vote_on_own_comment": _("You can’t vote on your own comment."),
    "own_comment": _("This comment is your own; another moderator decides about it."),
    "own_comment_report": _("This comment is your own; you can withdraw it."),
    "comment_removed_before": _("This comment is removed already."),
    "comment_not_removed": _("This comment isn’t removed, so there is nothing to restore."),
    "own_thing": _("This is your own; another moderator decides about it."),
    "thing_gone": _("This isn’t here any more, so there is nothing to decide."),
    "thing_hidden_before": _("This is hidden already."),
    "thing_not_hidden": _("This isn’t hidden, so there is nothing to show again."),
    "moderators_only": _("Only moderators can do this."),
    "own_post": _("You cannot decide about your own post; ask another moderator."),
    "same_rating": _("The post is rated “%(rating)s” already."),
    "reason_needed": _("Give a reason; it is kept in the moderation log."),
    "reason_too_long": _("The reason has %(length)d characters; %(limit)d are the most."),
    "label_locked": _("This picture was drawn on this site, which labelled it itself; nobody can change that label."),
    "same_label": _("The post is labelled “%(label)s” already."),
    "label_against_evidence": _(
        "The label “%(label)s” rests on more than your word, so you can only say that a machine made more of the "
        "picture. If the label is wrong, dispute it; a moderator decides."
    ),
    "label_level_needed": _("Choose the label that would be right."),
    "dispute_open_already": _(
        "You dispute this label already; take that back first if you want to say something else."
    ),
    "too_many_disputes": _("You have %(limit)d open disputes; wait until some of them are decided."),
    "dispute_reason_needed": _("Say what shows that the label is wrong; a moderator decides by it."),
    "dispute_closed": _("This dispute is “%(state)s” by now; it can be neither decided nor taken back."),
    "not_your_dispute": _("Only the person who raised a dispute can take it back."),
    "own_case": _("You cannot decide about your own matter or decision; leave it to another moderator."),
    "own_decision": _("You cannot decide about an appeal against your own decision; leave it to another moderator."),
    "case_claimed": _("%(name)s has this case, for %(minutes)d more minutes at most. Take the next one."),
    "case_closed": _("This case is “%(state)s” by now; there is nothing left to decide in it."),
    "case_not_claimed": _("You don't have this case any more, or not yet: claim it first. What you wrote is kept."),
    "unknown_outcome": _("“%(value)s” can't be decided in this case."),
    "unknown_rule": _("“%(value)s” is not a rule; choose one from the list."),
    "own_flag": _("This is your own post; withdraw it instead of flagging it."),
    "own_report": _("This is your own; there is no need to report it. Change or withdraw it yourself."),
    "not_your_voice": _("Only the person who said this can take it back."),
    "said_already": _("You said this already; it waits for a moderator."),
    "too_many_voices": _("%(limit)d of yours wait for a moderator; wait until some of them are decided."),
    "voice_text_needed": _("Say what is wrong; a moderator decides by it."),
    "bad_contact": _("This is no e-mail address. Leave it out, or write one like name@example.org."),
    "not_your_statement": _("Only the person whom a decision concerns can appeal against it."),
    "appealed_before": _("This decision is “%(state)s” by now; a decision can be appealed once."),
    "appeal_too_late": _("A decision can be appealed within %(days)d days; these are over."),
    "appeal_text_needed": _("Say why the decision is wrong; another moderator reads it."),
    "own_dispute": _("You cannot decide about your own dispute; ask another moderator."),
    "rating_fixed": _("A moderator rated this post “%(rating)s”; you can raise the rating, not lower it."),
    "rating_locked": _("A moderator locked the rating of this post: it stays “%(rating)s”."),
    "rating_is_locked": _("A moderator locked the rating of this post: it stays “%(rating)s”. You can dispute it."),
    "rating_locked_already": _("The rating is locked already."),
    "rating_not_locked": _("The rating is not locked."),
    "vote_not_stricter": _(
        "The post is rated “%(rating)s”. Votes only make it stricter; for anything else, dispute it."
    ),
    "own_rating_vote": _("You choose the rating of your own post when you edit it; others vote."),
    "too_many_rating_votes": _("You voted on the ratings of %(limit)d posts today; go on tomorrow."),
    "floor_tag_unknown": _("There is no tag “%(name)s”."),
    "same_floor": _("The tag “%(name)s” asks for “%(rating)s” at least already."),
    "own_sanction": _("You cannot give yourself a strike or a ban, nor take one of yours back."),
    "owner_sanction": _("Owners get neither strikes nor bans; another owner can take the role away first."),
    "same_role_sanction": _(
        "%(name)s has the role “%(role)s”: only somebody with a higher role than that can do this."
    ),
    "site_account_sanction": _("This account belongs to the site itself; nobody acts with it."),
    "banned_already": _(
        "Another ban of this account came in before: by %(name)s, %(until)s. Nothing was changed; look at it, and send "
        "yours again to put it in its place."
    ),
    "ban_over": _("This ban is over or was lifted already."),
    "strike_over": _("This strike has expired or was voided already."),
    "ban_end_past": _("The ban would end in the past. Choose a time that is still to come."),
    "ban_end_unknown": _("Choose how long the ban lasts, or write the day on which it ends."),
    "ban_end_far": _("The end is more than %(years)d years away. Choose “for good” instead."),
    "block_unreadable": _(
        "“%(block)s” is no address and no block of addresses. Write it like 203.0.113.7, 203.0.113.0/24 or "
        "2001:db8:1::/48."
    ),
    "block_with_more": _("“%(block)s” says more than a block does: the block is %(meant)s. Write that if you mean it."),
    "block_too_wide": _(
        "“%(block)s” would shut out too many people: /%(limit)d is the widest for this kind of address."
    ),
    "block_mapped": _("“%(block)s” are IPv4 addresses written as IPv6. Write them as IPv4, like 203.0.113.0/24."),
    "block_not_public": _(
        "“%(block)s” holds addresses of this machine or of its own network, not of somebody outside."
    ),
    "block_holds_yours": _("Your own address lies in “%(block)s”; you would shut yourself out."),
    "block_banned_already": _("“%(block)s” is banned already, %(until)s. Lift that ban first to set another one."),
    "unknown_scope": _("Choose what the ban of the addresses keeps people from."),
    "comment_empty": _("Write something first."),
    "comment_too_long": _("The comment has %(length)d characters; %(limit)d are the most."),
    "label_against_recipe": _(
        "The generation data of this post name a machine: prompt, model, sampler, seed or program. Take them out "
        "first, then label it “%(label)s”."
    ),
    "refused_minors": _(
        "Sexual content that involves minors is refused here, whoever runs the site and whatever is set. "
        "These words led to it: %(words)s."
    ),
    "refused_by_rule": _("The rule “%(rule)s” of this site refuses this because of: %(words)s.%(note)s"),
    "quarantine_unwritable": _("The site can’t put these files out of reach now. Tell whoever runs it, and try again."),
    "quarantine_over": _("This picture was released or destroyed before; there is nothing left to do with it."),
    "admins_only_rules": _("Only admins can change the rules."),
    "refusal_rule_gone": _("This rule was deleted meanwhile. What you wrote is kept: save it as a new rule."),
    "refusal_too_many_rules": _("%(limit)d rules are the most; put words into one that is there."),
    "refusal_name_needed": _("Give the rule a name; whoever it refuses reads it."),
    "refusal_name_taken": _("There is a rule named “%(name)s” already."),
    "refusal_name_too_long": _("The name has %(length)d characters; %(limit)d are the most."),
    "refusal_note_too_long": _("The note has %(length)d characters; %(limit)d are the most."),
    "refusal_effect_unknown": _("Choose what the rule does: refuse, warn or send to review."),
    "refusal_place_needed": _("Choose at least one place where the rule looks."),
    "refusal_terms_needed": _("Write at least one word, one a line."),
    "refusal_terms_too_long": _("The words have %(length)d characters; %(limit)d are the most. Make two rules of it."),
    "refusal_bad_term": _(
        "“%(term)s” would be found everywhere or nowhere. Write two letters or more, and a word on both sides of a “+”."
    ),
}
