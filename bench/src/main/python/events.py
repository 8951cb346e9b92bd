"""Prints what TensorBoard's own reader finds in the event files of a run, and fails where they are broken.

python events.py RUN

It needs the package tensorboard. A scalar or histogram that has a step twice, or one out of order, is an error: a run that was
killed and resumed must look like one that was not.
"""
import io
import sys
from pathlib import Path

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main(run):
    events = EventAccumulator(str(Path(run, "events")), size_guidance={"scalars": 0, "histograms": 0, "images": 0},
                              purge_orphaned_data=True)
    events.Reload()
    tags = events.Tags()
    broken = []
    for tag in tags["scalars"]:
        points = events.Scalars(tag)
        print(f"scalar     {tag}: {len(points)} steps, {points[0].step}: {points[0].value:.6g}"
              f" to {points[-1].step}: {points[-1].value:.6g}")
        broken += unordered(tag, points)
    for tag in tags["histograms"]:
        points = events.Histograms(tag)
        value = points[-1].histogram_value
        print(f"histogram  {tag}: {len(points)} steps, at {points[-1].step} {value.num:.0f} numbers from {value.min:.6g}"
              f" to {value.max:.6g} in {len(value.bucket)} buckets")
        broken += unordered(tag, points)
        broken += [f"{tag}: buckets do not hold all numbers" for p in points
                   if sum(p.histogram_value.bucket) != p.histogram_value.num]
    for tag in tags["images"]:
        points = events.Images(tag)
        image = Image.open(io.BytesIO(points[0].encoded_image_string))
        image.load()
        print(f"image      {tag}: {image.mode} {image.width} x {image.height}, pixels {image.getextrema()}")
        broken += unordered(tag, points)
    if not tags["scalars"]:
        broken.append("no scalars")
    print("\n".join(broken) or "every step once, in order")
    return 1 if broken else 0


def unordered(tag, points):
    steps = [point.step for point in points]
    return [] if steps == sorted(set(steps)) else [f"{tag}: steps {steps}"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
