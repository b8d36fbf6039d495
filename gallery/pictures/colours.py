"""Colours as every screen shows them: sRGB, through the profile that a file brings or means."""

from io import BytesIO

from PIL import Image, ImageCms

# The colour spaces of profiles (ICC.1, table 19) for each mode that they can describe.
_SPACES = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK"}
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """L, LA, RGB or RGBA in sRGB of a picture in one of those modes or CMYK.

    A profile that is broken, or for colours of another kind than the picture has, counts as none.
    """
    described = _read(profile, image.mode) if profile else None
    if described is not None:
        try:
            return _through(image, described)
        except (ImageCms.PyCMSError, ValueError, OSError):
            pass
    return image.convert("RGB") if image.mode == "CMYK" else image


def _read(profile: bytes, mode: str) -> ImageCms.ImageCmsProfile | None:
    try:
        read = ImageCms.ImageCmsProfile(BytesIO(profile))
        if read.profile.xcolor_space != _SPACES[mode]:
            return None
        # What is sRGB already stays as it is, to the last bit.
        return None if "srgb" in (read.profile.profile_description or "").casefold() else read
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
        return None


def _through(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    if image.mode == "LA":  # LittleCMS takes no grey with alpha
        grey, alpha = image.split()
        result = _through(grey, profile)
        result.putalpha(alpha)
        return result
    if image.mode == "L":
        transform = ImageCms.buildTransform(profile, target, "L", "RGB", _INTENT, _FLAGS)
        return ImageCms.applyTransform(image, transform).convert("L")  # type: ignore[union-attr]
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    transform = ImageCms.buildTransform(profile, target, image.mode, mode, _INTENT, _FLAGS)
    if image.mode == mode:  # forty megapixels needn't be there twice
        ImageCms.applyTransform(image, transform, inPlace=True)
        return image
    return ImageCms.applyTransform(image, transform)  # type: ignore[return-value]
