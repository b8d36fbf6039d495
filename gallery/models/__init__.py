"""The gallery's tables; one idea a file."""

from gallery.models.asset import Asset, AssetFile
from gallery.models.moderation import ModerationAction
from gallery.models.post import Post, PostGeneration, PostStats
from gallery.models.user import SignInLink, User

__all__ = ["Asset", "AssetFile", "ModerationAction", "Post", "PostGeneration", "PostStats", "SignInLink", "User"]
