//! The territories: the official ones by their codes, and the named ones.

use std::collections::HashMap;

use domain::record::Record as _;
use domain::territory::{Extent, Kind, NewTerritory, Nis, Point, Territory};
use domain::text::LocalName;

use super::{Earlier, Load, file, read, read_list, some};
use crate::error::Result;

impl Load<'_> {
    pub(super) async fn official_territories(&mut self) -> Result<()> {
        let communes: Vec<file::Commune> = file::rows(file::COMMUNES)?;
        let mut inside: HashMap<Nis, Vec<Nis>> = HashMap::new();
        for commune in &communes {
            for around in [commune.arrondissement_nis, commune.province_nis, Nis::WALLONIA] {
                inside.entry(around).or_default().push(commune.nis);
            }
        }
        for commune in communes {
            let name = LocalName {
                fr: commune.name_fr,
                nl: some(&commune.name_nl),
                de: some(&commune.name_de),
            };
            let within = vec![commune.arrondissement_nis, commune.province_nis, Nis::WALLONIA];
            let point = Point {
                lat: commune.lat,
                lon: commune.lon,
            };
            let postcodes = commune.postcodes.split_whitespace().map(str::to_owned).collect();
            let official = Official {
                kind: Kind::Commune,
                nis: commune.nis,
                name,
                point: Some(point),
                postcodes,
            };
            self.official(official, vec![commune.nis], within).await?;
        }
        for row in file::rows::<file::Arrondissement>(file::ARRONDISSEMENTS)? {
            let name = LocalName {
                fr: row.full_name_fr,
                nl: some(&row.full_name_nl),
                de: some(&row.full_name_de),
            };
            let members = inside.remove(&row.nis).unwrap_or_default();
            let official = Official {
                kind: Kind::Arrondissement,
                nis: row.nis,
                name,
                point: None,
                postcodes: Vec::new(),
            };
            self.official(official, members, vec![row.province_nis, Nis::WALLONIA])
                .await?;
        }
        for row in file::rows::<file::Province>(file::PROVINCES)? {
            let name = LocalName {
                fr: row.full_name_fr,
                nl: some(&row.full_name_nl),
                de: some(&row.full_name_de),
            };
            let members = inside.remove(&row.nis).unwrap_or_default();
            let official = Official {
                kind: Kind::Province,
                nis: row.nis,
                name,
                point: None,
                postcodes: Vec::new(),
            };
            self.official(official, members, vec![Nis::WALLONIA]).await?;
        }
        let name = LocalName {
            fr: "Wallonie".to_owned(),
            nl: Some("Wallonië".to_owned()),
            de: Some("Wallonie".to_owned()),
        };
        let members = inside.remove(&Nis::WALLONIA).unwrap_or_default();
        let official = Official {
            kind: Kind::Region,
            nis: Nis::WALLONIA,
            name,
            point: None,
            postcodes: Vec::new(),
        };
        self.official(official, members, Vec::new()).await
    }

    async fn official(&mut self, official: Official, communes: Vec<Nis>, within: Vec<Nis>) -> Result<()> {
        let Official {
            kind,
            nis,
            name,
            point,
            postcodes,
        } = official;
        let new = NewTerritory {
            client_mutation_id: None,
            kind,
            name,
            extent: Extent::Complete,
            commune_codes: communes,
            within_codes: within,
            note: None,
        };
        let make = |id, now| {
            let mut territory = Territory::made(new, id, now);
            (territory.nis, territory.point, territory.postcodes) = (Some(nis), point, postcodes);
            territory
        };
        self.put::<Territory>(&nis.to_string(), Some(nis.into()), make)
            .await?;
        Ok(())
    }

    pub(super) async fn named_territories(&mut self, known: &mut Earlier) -> Result<()> {
        for row in file::rows::<file::NamedTerritory>(file::TERRITORIES)? {
            let new = NewTerritory {
                client_mutation_id: None,
                kind: read("territory kind", &row.kind)?,
                name: LocalName {
                    fr: row.name,
                    nl: None,
                    de: None,
                },
                extent: read("extent", &row.extent)?,
                commune_codes: read_list("commune", &row.communes)?,
                within_codes: read_list("within", &row.within)?,
                note: some(&row.note),
            };
            // A name without any place it could lie in lies somewhere in the region.
            let new = if new.extent == Extent::Unknown && new.within_codes.is_empty() {
                NewTerritory {
                    within_codes: vec![Nis::WALLONIA],
                    ..new
                }
            } else {
                new
            };
            let code = format!("territory:{}", row.code);
            let id = self
                .put::<Territory>(&code, None, |id, now| Territory::made(new, id, now))
                .await?;
            let source = file::Source {
                source: row.source,
                source_date: row.source_date,
                confidence: row.confidence,
                ..file::Source::default()
            };
            self.source(&code, id.into(), &source).await?;
            known.territories.insert(row.code, id);
        }
        Ok(())
    }
}

/// What is known of an official territory.
struct Official {
    kind: Kind,
    nis: Nis,
    name: LocalName,
    point: Option<Point>,
    postcodes: Vec<String>,
}
