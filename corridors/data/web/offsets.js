"use strict";
/* Corridors that share a line run side by side, like the lines of a city's railways: each is moved along the left normal
   of the line by its place in the bundle, in points of the screen, so the distance is the same at every zoom. */
const SideBySide = L.Polyline.extend({
  options: { aside: 0, farthest: 0 },
  setAside(pixels) {
    this.options.aside = pixels;
    return this.redraw();
  },
  _projectLatlngs(latlngs, result, bounds) {
    L.Polyline.prototype._projectLatlngs.call(this, latlngs, result, bounds);
    const { aside, farthest } = this.options;
    if (!(aside || farthest) || !result.length || latlngs[0] instanceof L.LatLng === false) { return; }
    const last = result[result.length - 1];
    result[result.length - 1] = moved(smoother(last, Math.max(farthest, Math.abs(aside))), aside);
  },
});

/* A line without the bends that are too narrow for the farthest of the bands beside it, which would tie knots there. */
function smoother(points, farthest) {
  const thin = L.LineUtil.simplify(points, Math.max(1, 0.7 * farthest));
  const out = [thin[0]];
  for (let i = 1; i < thin.length - 1; i += 1) {
    if (Math.hypot(thin[i].x - out[out.length - 1].x, thin[i].y - out[out.length - 1].y) > 1.5 * farthest) { out.push(thin[i]); }
  }
  if (thin.length > 1) { out.push(thin[thin.length - 1]); }
  return out;
}

function moved(points, aside) {
  const out = [];
  for (let i = 0; i < points.length; i += 1) {
    const before = points[Math.max(i - 1, 0)];
    const after = points[Math.min(i + 1, points.length - 1)];
    const dx = after.x - before.x;
    const dy = after.y - before.y;
    const length = Math.hypot(dx, dy) || 1;
    out.push(new L.Point(points[i].x + (aside * dy) / length, points[i].y - (aside * dx) / length));
  }
  return out;
}
