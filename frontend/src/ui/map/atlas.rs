//! The communes, provinces and outline of Wallonia, decoded from TopoJSON into drawable paths. Pure.

use serde::Deserialize;

/// The width of the drawing; its height follows from the country's shape.
pub const WIDTH: f64 = 1000.0;
const MARGIN: f64 = 0.018;

#[derive(Debug, Clone, PartialEq)]
pub struct Atlas {
    pub communes: Vec<Shape>,
    pub provinces: Vec<Shape>,
    /// The outline of the region, as path data.
    pub outline: String,
    pub height: f64,
    frame: Frame,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub nis: String,
    pub name: String,
    /// Of a commune; empty for a province.
    pub province: String,
    /// SVG path data, in the drawing's units.
    pub path: String,
    /// (left, top, right, bottom)
    pub bounds: [f64; 4],
}

impl Shape {
    pub fn centre(&self) -> (f64, f64) {
        let [left, top, right, bottom] = self.bounds;
        (f64::midpoint(left, right), f64::midpoint(top, bottom))
    }
}

/// Degrees to drawing units: plate carrée at the country's middle parallel, which bends nothing one could see here.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    west: f64,
    north: f64,
    across: f64,
    down: f64,
}

impl Frame {
    /// With a margin around the country, in shares of its width.
    fn new([west, south, east, north]: [f64; 4]) -> Self {
        let across = WIDTH * (1.0 - 2.0 * MARGIN) / (east - west);
        let down = across / f64::midpoint(south, north).to_radians().cos();
        Self {
            west: west - MARGIN * WIDTH / across,
            north: north + MARGIN * WIDTH / down,
            across,
            down,
        }
    }

    fn project(self, lon: f64, lat: f64) -> (f64, f64) {
        ((lon - self.west) * self.across, (self.north - lat) * self.down)
    }
}

#[derive(Deserialize)]
struct Topology {
    arcs: Vec<Vec<[f64; 2]>>,
    transform: Transform,
    objects: Objects,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Objects {
    communes: Collection,
    provinces: Collection,
    region: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(flatten)]
    rings: Rings,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Rings {
    Polygon(Vec<Vec<i64>>),
    MultiPolygon(Vec<Vec<Vec<i64>>>),
}

#[derive(Deserialize)]
struct Properties {
    nis: String,
    name_fr: String,
    #[serde(default)]
    province_nis: String,
}

impl Atlas {
    /// None when the text is not the TopoJSON that we made.
    pub fn decode(text: &str) -> Option<Self> {
        let topology: Topology = serde_json::from_str(text).ok()?;
        let Transform { scale, translate } = topology.transform;
        // Arcs are steps from point to point, in whole units of the quantisation.
        let arcs: Vec<Vec<(f64, f64)>> = topology
            .arcs
            .iter()
            .map(|arc| {
                let mut at = (0.0, 0.0);
                arc.iter()
                    .map(|[x, y]| {
                        at = (at.0 + x, at.1 + y);
                        (at.0 * scale[0] + translate[0], at.1 * scale[1] + translate[1])
                    })
                    .collect()
            })
            .collect();
        let points = arcs.iter().flatten();
        let around = points.fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |it, (lon, lat)| {
            [it[0].min(*lon), it[1].min(*lat), it[2].max(*lon), it[3].max(*lat)]
        });
        let frame = Frame::new(around);
        let arcs: Vec<Vec<(f64, f64)>> = arcs
            .into_iter()
            .map(|arc| {
                arc.into_iter()
                    .map(|(lon, lat)| frame.project(lon, lat))
                    .collect()
            })
            .collect();
        let shapes = |collection: Collection| {
            collection
                .geometries
                .into_iter()
                .map(|it| shape(it, &arcs))
                .collect::<Option<Vec<_>>>()
        };
        Some(Self {
            communes: shapes(topology.objects.communes)?,
            provinces: shapes(topology.objects.provinces)?,
            outline: shapes(topology.objects.region)?
                .into_iter()
                .map(|it| it.path)
                .collect(),
            height: frame.project(around[0], around[1]).1 + MARGIN * WIDTH,
            frame,
        })
    }

    /// Where a place on Earth is in the drawing.
    pub fn at(&self, lat: f64, lon: f64) -> (f64, f64) {
        self.frame.project(lon, lat)
    }
}

fn shape(geometry: Geometry, arcs: &[Vec<(f64, f64)>]) -> Option<Shape> {
    let rings: Vec<Vec<i64>> = match geometry.rings {
        Rings::Polygon(rings) => rings,
        Rings::MultiPolygon(polygons) => polygons.into_iter().flatten().collect(),
    };
    let mut path = String::new();
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for ring in rings {
        let mut first = true;
        for index in ring {
            // A negative index is the arc ~index, walked backwards.
            let back = index < 0;
            let arc = arcs.get(usize::try_from(if back { !index } else { index }).ok()?)?;
            // Each arc begins where the last ended.
            let skip = usize::from(!first);
            let mut walk = |(x, y): (f64, f64)| {
                bounds = [
                    bounds[0].min(x),
                    bounds[1].min(y),
                    bounds[2].max(x),
                    bounds[3].max(y),
                ];
                path.push_str(&format!("{}{x:.1} {y:.1}", if first { 'M' } else { 'L' }));
                first = false;
            };
            if back {
                arc.iter().rev().skip(skip).copied().for_each(&mut walk);
            } else {
                arc.iter().skip(skip).copied().for_each(&mut walk);
            }
        }
        path.push('Z');
    }
    let Properties {
        nis,
        name_fr: name,
        province_nis: province,
    } = geometry.properties;
    Some(Shape {
        nis,
        name,
        province,
        path,
        bounds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallonia() -> Atlas {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wallonia.topojson");
        Atlas::decode(&std::fs::read_to_string(path).expect("the map is among the assets"))
            .expect("it decodes")
    }

    #[test]
    fn a_square_of_two_shared_arcs_is_walked_both_ways() {
        let text = r#"{"type":"Topology","transform":{"scale":[1,1],"translate":[0,50]},
            "arcs":[[[0,0],[1,0]],[[1,0],[0,1],[-1,0],[0,-1]]],
            "objects":{"communes":{"type":"GeometryCollection","geometries":[
              {"type":"Polygon","arcs":[[0,1]],"id":"1","properties":{"nis":"1","name_fr":"A","province_nis":"9"}},
              {"type":"MultiPolygon","arcs":[[[-1,-2]]],"id":"2","properties":{"nis":"2","name_fr":"B"}}]},
            "provinces":{"geometries":[]},"region":{"geometries":[]}}}"#;
        let atlas = Atlas::decode(text).expect("valid");
        let [forth, back] = &atlas.communes[..] else {
            panic!("two communes")
        };
        assert!(forth.path.starts_with("M18.0") && forth.path.ends_with('Z'));
        assert_eq!(forth.path.matches('L').count(), 4);
        assert_eq!(back.path.matches('L').count(), 4);
        assert_eq!(forth.bounds, back.bounds);
        assert_eq!(forth.province, "9");
    }

    #[test]
    fn the_map_has_every_commune_and_province() {
        let atlas = wallonia();
        assert_eq!((atlas.communes.len(), atlas.provinces.len()), (261, 5));
        assert!((500.0..650.0).contains(&atlas.height), "{}", atlas.height);
        assert!(
            atlas
                .communes
                .iter()
                .all(|it| atlas.provinces.iter().any(|province| province.nis == it.province))
        );
    }

    #[test]
    fn namur_stands_within_its_commune() {
        let atlas = wallonia();
        let (x, y) = atlas.at(50.4669, 4.8675);
        let namur = atlas
            .communes
            .iter()
            .find(|it| it.name == "Namur")
            .expect("Namur");
        let [left, top, right, bottom] = namur.bounds;
        assert!(left < x && x < right && top < y && y < bottom);
    }

    #[test]
    fn what_is_not_a_map_is_refused() {
        assert_eq!(Atlas::decode("{}"), None);
    }
}
