"""The gallery's tables; one idea a file."""

from gallery.models.account import AccountDeletion, AccountExport
from gallery.models.asset import Asset, AssetFile, AssetOrigin
from gallery.models.bulk_update import BulkUpdateComment, BulkUpdateRequest, BulkUpdateVote
from gallery.models.comment import Comment, CommentVote
from gallery.models.credit import Remix
from gallery.models.download import Download
from gallery.models.favourite_group import FavouriteGroup, FavouriteGroupEntry
from gallery.models.figures import RefusalCount, StorageCount
from gallery.models.imports import ImportedItem, ImportRun
from gallery.models.label import LabelDispute, LabelVersion
from gallery.models.moderation import AuditLink, ModerationAction
from gallery.models.opinion import Favourite, PostVote
from gallery.models.post import Post, PostGeneration, PostStats
from gallery.models.rating import RatingSource, RatingVersion, RatingVote, TagFloor, UnratedPost
from gallery.models.recipe import PostGenerationVersion, PromptRequest
from gallery.models.refusal import HashList, ListedHash, LockedAway, Refusal, RefusalRule
from gallery.models.review import Appeal, Case, Statement, Voice
from gallery.models.sanction import Ban, Strike
from gallery.models.saved_search import SavedSearch
from gallery.models.similar import AssetHash, DuplicatePair, UncomparedPost
from gallery.models.upload import UploadAllowance, UploadDraft
from gallery.models.user import SignInLink, User
from gallery.models.version import PostVersion
from gallery.models.view_filter import ViewFilter

__all__ = [
    "AccountDeletion",
    "AccountExport",
    "Appeal",
    "Asset",
    "AssetFile",
    "AssetHash",
    "AssetOrigin",
    "AuditLink",
    "Ban",
    "BulkUpdateComment",
    "BulkUpdateRequest",
    "BulkUpdateVote",
    "Case",
    "Comment",
    "CommentVote",
    "Download",
    "DuplicatePair",
    "Favourite",
    "FavouriteGroup",
    "FavouriteGroupEntry",
    "HashList",
    "ImportRun",
    "ImportedItem",
    "LabelDispute",
    "LabelVersion",
    "ListedHash",
    "LockedAway",
    "ModerationAction",
    "Post",
    "PostGeneration",
    "PostGenerationVersion",
    "PostStats",
    "PostVersion",
    "PostVote",
    "PromptRequest",
    "RatingSource",
    "RatingVersion",
    "RatingVote",
    "Refusal",
    "RefusalCount",
    "RefusalRule",
    "Remix",
    "SavedSearch",
    "SignInLink",
    "Statement",
    "StorageCount",
    "Strike",
    "TagFloor",
    "UncomparedPost",
    "UnratedPost",
    "UploadAllowance",
    "UploadDraft",
    "User",
    "ViewFilter",
    "Voice",
]
