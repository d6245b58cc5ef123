//! The communes, provinces and outline of Wallonia, decoded from TopoJSON into drawable paths. Pure.

use serde::Deserialize;
use std::collections::HashMap;

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
    /// NIS codes of those that share a border with it.
    pub neighbours: Vec<String>,
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
            let borders = borders(&collection.geometries);
            let geometries = collection.geometries.into_iter().zip(borders);
            geometries
                .map(|(it, neighbours)| shape(it, neighbours, &arcs))
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

    /// What lies around some communes: those that share a border with one of them and are none of them.
    pub fn around(&self, communes: &[String]) -> Vec<String> {
        let mut around: Vec<String> = Vec::new();
        for commune in self.communes.iter().filter(|it| communes.contains(&it.nis)) {
            for neighbour in &commune.neighbours {
                if !communes.contains(neighbour) && !around.contains(neighbour) {
                    around.push(neighbour.clone());
                }
            }
        }
        around
    }

    /// The bounds of some communes or provinces together; none where none of them is on the map.
    pub fn bounds(&self, codes: &[String]) -> Option<[f64; 4]> {
        let shapes = self.communes.iter().chain(&self.provinces);
        shapes.filter(|it| codes.contains(&it.nis)).fold(None, |all, it| {
            let [left, top, right, bottom] = it.bounds;
            let all = all.unwrap_or([left, top, right, bottom]);
            Some([
                all[0].min(left),
                all[1].min(top),
                all[2].max(right),
                all[3].max(bottom),
            ])
        })
    }

    /// The place on Earth of a point of the drawing, as (latitude, longitude).
    pub fn earth(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let Frame {
            west,
            north,
            across,
            down,
        } = self.frame;
        (north - y / down, west + x / across)
    }

    /// Where a place on Earth is in the drawing.
    pub fn at(&self, lat: f64, lon: f64) -> (f64, f64) {
        self.frame.project(lon, lat)
    }
}

impl Rings {
    fn all(&self) -> Vec<&Vec<i64>> {
        match self {
            Self::Polygon(rings) => rings.iter().collect(),
            Self::MultiPolygon(polygons) => polygons.iter().flatten().collect(),
        }
    }
}

/// For each shape, those that have an arc in common with it.
fn borders(geometries: &[Geometry]) -> Vec<Vec<String>> {
    let mut owners: HashMap<i64, Vec<usize>> = HashMap::new();
    for (place, geometry) in geometries.iter().enumerate() {
        for arc in geometry.rings.all().into_iter().flatten() {
            owners
                .entry(if *arc < 0 { !arc } else { *arc })
                .or_default()
                .push(place);
        }
    }
    let mut borders: Vec<Vec<String>> = vec![Vec::new(); geometries.len()];
    let mut pairs: Vec<(usize, usize)> = owners
        .values()
        .flat_map(|both| both.iter().flat_map(|a| both.iter().map(|b| (*a, *b))))
        .filter(|(a, b)| a != b)
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (a, b) in pairs {
        borders[a].push(geometries[b].properties.nis.clone());
    }
    borders
}

fn shape(geometry: Geometry, neighbours: Vec<String>, arcs: &[Vec<(f64, f64)>]) -> Option<Shape> {
    let rings = geometry.rings.all();
    let mut path = String::new();
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for ring in rings {
        let mut first = true;
        for index in ring.iter().copied() {
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
        neighbours,
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
    fn liege_borders_on_its_suburbs_and_not_on_itself() {
        let atlas = wallonia();
        let around = atlas.around(&["62063".to_owned()]);
        assert!(around.contains(&"62096".to_owned()), "Seraing: {around:?}");
        assert!(!around.contains(&"62063".to_owned()) && !around.contains(&"92094".to_owned()));
        // Comines-Warneton alone lies between Flanders and France.
        let alone: Vec<_> = atlas
            .communes
            .iter()
            .filter(|it| it.neighbours.is_empty())
            .map(|it| it.nis.as_str())
            .collect();
        assert_eq!(alone, ["57097"]);
        assert!(atlas.bounds(&["62063".to_owned()]).is_some() && atlas.bounds(&[]).is_none());
    }

    #[test]
    fn what_is_not_a_map_is_refused() {
        assert_eq!(Atlas::decode("{}"), None);
    }
}
