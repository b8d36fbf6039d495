"""Addresses of the gallery floor."""

from django.urls import URLPattern, path, re_path

from gallery.views import (
    about,
    api,
    browse,
    completion,
    favourite_groups,
    media,
    moderation,
    opinions,
    people,
    post,
    related,
    saved_searches,
)

app_name = "gallery"
urlpatterns: list[URLPattern] = [
    path("", browse.front, name="front"),
    path("posts", browse.posts, name="posts"),
    path("posts/<int:post_id>", post.post, name="post"),
    path("posts/<int:post_id>/edit", post.edit, name="post_edit"),
    path("posts/<int:post_id>/withdraw", post.withdraw, name="post_withdraw"),
    path("posts/<int:post_id>/moderate", post.moderate, name="post_moderate"),
    path("posts/<int:post_id>/vote", opinions.vote, name="vote"),
    path("posts/<int:post_id>/favourite", opinions.favourite, name="favourite"),
    path("posts/<int:post_id>/lists", opinions.put_in_list, name="put_in_list"),
    path("posts/<int:post_id>/view", opinions.count_look, name="count_look"),
    path("lists", favourite_groups.lists, name="lists"),
    path("lists/new", favourite_groups.create_list, name="create_list"),
    path("lists/<int:list_id>", favourite_groups.one_list, name="list"),
    path("lists/<int:list_id>/edit", favourite_groups.edit_list, name="edit_list"),
    path("lists/<int:list_id>/delete", favourite_groups.delete_list, name="delete_list"),
    path("saved", saved_searches.saved, name="saved"),
    path("saved/seen", saved_searches.mark_all_seen, name="saved_seen"),
    path("saved/undo", saved_searches.undelete_saved, name="undelete_saved"),
    path("saved/<int:saved_id>/open", saved_searches.open_saved, name="open_saved"),
    path("saved/<int:saved_id>/labels", saved_searches.relabel_saved, name="relabel_saved"),
    path("saved/<int:saved_id>/delete", saved_searches.delete_saved, name="delete_saved"),
    re_path(
        r"^media/(?P<key>[A-Za-z0-9_-]{8,64})/(?P<variant>[a-z0-9]{1,8})\.(?P<extension>png|webp)$",
        media.media,
        name="media",
    ),
    path("tags/complete", completion.complete, name="complete"),
    path("tags/related", related.related_tags, name="related_tags"),
    path("tags/related/panel", related.related_panel, name="related_panel"),
    path("users/<str:name>", people.profile, name="profile"),
    path("users/<str:name>/favourites", people.favourites, name="favourites"),
    path("users/<str:name>/lists", favourite_groups.lists_of, name="lists_of"),
    path("users/<str:name>/role", people.role, name="role"),
    path("settings", people.settings_page, name="settings"),
    path("moderation/log", moderation.moderation_log, name="moderation_log"),
    path("welcome/<str:token>", people.sign_in_link, name="sign_in_link"),
    path("about", about.about, name="about"),
    # For programs: docs/api.md.
    path("posts.json", api.posts, name="api_posts"),
    path("posts/<int:post_id>.json", api.post, name="api_post"),
    path("counts/posts.json", api.counts, name="api_counts"),
    path("tags.json", api.tags, name="api_tags"),
]
