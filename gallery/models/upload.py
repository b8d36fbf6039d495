"""What somebody sent lately."""

from django.conf import settings
from django.db import models


class UploadAllowance(models.Model):
    """How many files somebody has sent on `day`, and the bytes that are kept of them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()
    files = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
