"""One crafted file of every generator in every container it writes, and what ought to be read from it."""

from tests.gallery.provenance.readers import (
    samples_comfyui,
    samples_fooocus_swarmui,
    samples_infotext,
    samples_novelai_invokeai,
    samples_others,
)

SAMPLES = (
    *samples_infotext.SAMPLES,
    *samples_comfyui.SAMPLES,
    *samples_novelai_invokeai.SAMPLES,
    *samples_fooocus_swarmui.SAMPLES,
    *samples_others.SAMPLES,
)
