//! What part of the map is seen, and where pins go so that none hides another. Pure.

use super::atlas::WIDTH;

/// The middle of what is seen, in drawing units, and how many times it is enlarged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    pub x: f64,
    pub y: f64,
    pub zoom: f64,
}

pub const CLOSEST: f64 = 12.0;

impl View {
    pub fn whole(height: f64) -> Self {
        Self {
            x: WIDTH / 2.0,
            y: height / 2.0,
            zoom: 1.0,
        }
    }

    /// Around some bounds, with a margin.
    pub fn around([left, top, right, bottom]: [f64; 4], height: f64) -> Self {
        let zoom = (WIDTH / (right - left)).min(height / (bottom - top)) * 0.88;
        Self {
            x: f64::midpoint(left, right),
            y: f64::midpoint(top, bottom),
            zoom,
        }
        .kept(height)
    }

    /// The same with its neighbours: six tenths of it more on each side, at least `least`.
    pub fn among([left, top, right, bottom]: [f64; 4], least: [f64; 2], height: f64) -> Self {
        let x = ((right - left) * 0.6).max(least[0]);
        let y = ((bottom - top) * 0.6).max(least[1]);
        Self::around([left - x, top - y, right + x, bottom + y], height)
    }

    /// Never so far that the map is lost.
    #[must_use]
    pub fn kept(self, height: f64) -> Self {
        let zoom = self.zoom.clamp(1.0, CLOSEST);
        let (half_width, half_height) = (WIDTH / zoom / 2.0, height / zoom / 2.0);
        Self {
            x: self.x.clamp(half_width, WIDTH - half_width),
            y: self.y.clamp(half_height, height - half_height),
            zoom,
        }
    }

    #[must_use]
    pub fn zoomed(self, times: f64, height: f64) -> Self {
        Self {
            zoom: self.zoom * times,
            ..self
        }
        .kept(height)
    }

    /// By shares of what is seen.
    #[must_use]
    pub fn moved(self, right: f64, down: f64, height: f64) -> Self {
        Self {
            x: self.x + right * WIDTH / self.zoom,
            y: self.y + down * height / self.zoom,
            ..self
        }
        .kept(height)
    }

    /// (left, top, width, height), as a viewBox has it.
    pub fn seen(self, height: f64) -> [f64; 4] {
        let (width, high) = (WIDTH / self.zoom, height / self.zoom);
        [self.x - width / 2.0, self.y - high / 2.0, width, high]
    }

    /// A point of the drawing as shares of the frame.
    pub fn share(self, (x, y): (f64, f64), height: f64) -> (f64, f64) {
        let [left, top, width, high] = self.seen(height);
        ((x - left) / width, (y - top) / high)
    }

    /// `512,288,3.1` as the address has it, and back.
    pub fn written(self) -> String {
        format!("{:.0},{:.0},{:.1}", self.x, self.y, self.zoom)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text
            .split(',')
            .map(|part| part.parse::<f64>().ok().filter(|it| it.is_finite()));
        Some(Self {
            x: parts.next()??,
            y: parts.next()??,
            zoom: parts.next()??,
        })
    }
}

/// Pushes points apart until all are `apart` from each other, as near to where they were as that allows.
/// The same points always give the same places.
pub fn spread(points: &[(f64, f64)], apart: f64) -> Vec<(f64, f64)> {
    let mut places = points.to_vec();
    for _ in 0..60 {
        let mut moved = false;
        for i in 0..places.len() {
            for j in i + 1..places.len() {
                let (dx, dy) = (places[j].0 - places[i].0, places[j].1 - places[i].1);
                let far = dx.hypot(dy);
                if far >= apart {
                    continue;
                }
                moved = true;
                // Two on the same spot part in a direction of their own.
                #[expect(clippy::cast_precision_loss, reason = "a few hundred pins")]
                let (ux, uy) = if far > 0.01 {
                    (dx / far, dy / far)
                } else {
                    let turn = (i * 7 + j) as f64 * 2.4;
                    (turn.cos(), turn.sin())
                };
                let push = (apart - far) / 2.0 + 0.01;
                places[i] = (places[i].0 - ux * push, places[i].1 - uy * push);
                places[j] = (places[j].0 + ux * push, places[j].1 + uy * push);
            }
        }
        if !moved {
            break;
        }
    }
    places
}

/// Kilometres between two places, as the crow flies.
pub fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat, lon) = ((b.0 - a.0).to_radians(), (b.1 - a.1).to_radians());
    let h = (lat / 2.0).sin().powi(2)
        + a.0.to_radians().cos() * b.0.to_radians().cos() * (lon / 2.0).sin().powi(2);
    2.0 * 6371.0 * h.sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_never_leaves_the_map() {
        let view = View {
            x: -50.0,
            y: 9_999.0,
            zoom: 0.2,
        }
        .kept(575.0);
        assert_eq!(view, View::whole(575.0));
        let [left, top, width, height] = View::whole(575.0)
            .zoomed(4.0, 575.0)
            .moved(9.0, -9.0, 575.0)
            .seen(575.0);
        assert!((left + width - WIDTH).abs() < 1e-6 && top.abs() < 1e-6 && height > 0.0);
    }

    #[test]
    fn a_view_survives_the_address() {
        let view = View {
            x: 512.0,
            y: 288.0,
            zoom: 3.1,
        };
        assert_eq!(View::parse(&view.written()), Some(view));
        assert_eq!(View::parse("1,2"), None);
        assert_eq!(View::parse("a,b,NaN"), None);
    }

    #[test]
    fn pins_on_one_spot_are_set_apart_and_stay_near() {
        let places = spread(&[(100.0, 100.0); 5], 24.0);
        for (i, a) in places.iter().enumerate() {
            assert!((a.0 - 100.0).hypot(a.1 - 100.0) < 60.0);
            for b in &places[i + 1..] {
                assert!((a.0 - b.0).hypot(a.1 - b.1) > 20.0);
            }
        }
        assert_eq!(
            spread(&[(0.0, 0.0), (100.0, 0.0)], 24.0),
            [(0.0, 0.0), (100.0, 0.0)]
        );
    }

    #[test]
    fn liege_is_some_fifty_kilometres_from_namur() {
        let far = kilometres((50.4669, 4.8675), (50.6326, 5.5797));
        assert!((50.0..56.0).contains(&far), "{far}");
    }
}
