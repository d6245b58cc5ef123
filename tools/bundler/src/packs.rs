//! Puts the small parts of what is split off into packs. Splitting makes a module of each set of pages that share
//! something: more than a thousand, of which a page needs some three hundred, most smaller than the request for one. Pure.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};

/// The JavaScript that loads what is split off, as the splitter writes it.
const LOADER: &str = "__wasm_split.js";
/// A module of so many bytes is a file of its own, fetched once for all pages. The smaller ones come with each page that
/// needs them, in its pack.
const WHOLE: usize = 5_000;

/// Replaces the small modules that are split off, among these files by their names, by a pack for each page. `needs`
/// says which modules each page needs, by their names without extension. Returns which files each page is then.
pub(crate) fn packed(
    files: &mut BTreeMap<String, Vec<u8>>,
    needs: &HashMap<String, Vec<String>>,
) -> Result<HashMap<String, Vec<String>>> {
    let mut pages = HashMap::new();
    let mut packs = BTreeMap::new();
    let mut small = BTreeMap::new();
    for (page, parts) in needs {
        let own = parts
            .iter()
            .find(|part| part.starts_with(OWN))
            .with_context(|| format!("{page} has no module of its own"))?;
        let mut page_is = vec![format!("{own}.pack")];
        let mut inside = Vec::new();
        for part in parts {
            let module = files
                .get(&format!("{part}.wasm"))
                .with_context(|| format!("{part}.wasm is missing"))?;
            // Its own module is in its pack, whatever its size: that names the pack.
            if part == own || module.len() < WHOLE {
                inside.push(part.as_str());
                small.entry(part.as_str()).or_insert_with(|| module.clone());
            } else {
                page_is.push(format!("{part}.wasm"));
            }
        }
        packs.insert(format!("{own}.pack"), inside);
        pages.insert(page.clone(), page_is);
    }
    for (name, parts) in packs {
        files.insert(name, pack(&parts, &small)?);
    }
    for part in small.keys() {
        files.remove(&format!("{part}.wasm"));
    }
    let loader = files.get_mut(LOADER).context("the loader is missing")?;
    *loader = loading(std::str::from_utf8(loader)?, |part| small.contains_key(part))?.into_bytes();
    Ok(pages)
}

/// How the names of the pages' own modules begin.
const OWN: &str = "split_";

/// One pack: the length of its index, the index, the modules.
fn pack(parts: &[&str], modules: &BTreeMap<&str, Vec<u8>>) -> Result<Vec<u8>> {
    let sizes = parts.iter().map(|part| modules[part].len());
    // Where each begins depends on how long the index is, which says where each begins.
    let mut index = Vec::new();
    loop {
        let mut from = 4 + index.len();
        let mut places = BTreeMap::new();
        for (part, size) in parts.iter().zip(sizes.clone()) {
            places.insert(*part, (from, from + size));
            from += size;
        }
        let next = serde_json::to_vec(&places)?;
        if next.len() == index.len() {
            index = next;
            break;
        }
        index = next;
    }
    let mut bytes = u32::try_from(index.len())?.to_le_bytes().to_vec();
    bytes.append(&mut index);
    for part in parts {
        bytes.extend_from_slice(&modules[part]);
    }
    Ok(bytes)
}

/// The loader, which takes the small modules out of a pack instead of asking for each.
fn loading(loader: &str, is_small: impl Fn(&str) -> bool) -> Result<String> {
    let (before, after) = ("fetch(new URL(\"./", ".wasm\", import.meta.url))");
    let mut out = String::with_capacity(loader.len());
    let mut fetched = 0;
    // Its comments name every page that needs a part.
    for line in loader.lines().filter(|line| !line.starts_with("/*")) {
        let fetch = line
            .split_once(before)
            .and_then(|(head, rest)| Some((head, rest.split_once(after)?)));
        fetched += usize::from(fetch.is_some());
        match fetch {
            Some((head, (name, tail))) if is_small(name) => out += &format!("{head}part(\"{name}\"){tail}\n"),
            Some(_) | None => out += &format!("{line}\n"),
        }
    }
    ensure!(
        fetched > 0 && fetched == loader.matches(".wasm\"").count(),
        "the loader fetches otherwise than it did"
    );
    out += include_str!("packs.js");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

    fn files(names: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let mut files: BTreeMap<String, Vec<u8>> = names
            .iter()
            .map(|name| (format!("{name}.wasm"), MODULE.to_vec()))
            .collect();
        let fetches: String = names
            .iter()
            .map(|name| format!("/* x */\nf(() => fetch(new URL(\"./{name}.wasm\", import.meta.url)));\n"))
            .collect();
        files.insert(LOADER.to_owned(), fetches.into_bytes());
        files
    }

    fn needs(pages: &[(&str, &[&str])]) -> HashMap<String, Vec<String>> {
        let owned = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        pages
            .iter()
            .map(|(page, parts)| ((*page).to_owned(), owned(parts)))
            .collect()
    }

    fn index(pack: &[u8]) -> BTreeMap<String, (usize, usize)> {
        let length = u32::from_le_bytes([pack[0], pack[1], pack[2], pack[3]]) as usize;
        serde_json::from_slice(&pack[4..4 + length]).unwrap_or_default()
    }

    #[test]
    fn what_is_small_comes_with_each_page_and_the_rest_once() {
        let mut files = files(&["split_a", "split_b", "chunk_1", "chunk_2", "chunk_3"]);
        files.insert("chunk_2.wasm".to_owned(), vec![0; WHOLE]);
        let needs = needs(&[
            ("a", &["split_a", "chunk_1", "chunk_2"]),
            ("b", &["split_b", "chunk_1", "chunk_2", "chunk_3"]),
        ]);
        let pages = packed(&mut files, &needs).unwrap_or_default();
        assert_eq!(pages["a"], ["split_a.pack", "chunk_2.wasm"]);
        let names = |pack: &str| index(&files[pack]).into_keys().collect::<Vec<_>>();
        assert_eq!(names("split_a.pack"), ["chunk_1", "split_a"]);
        assert_eq!(names("split_b.pack"), ["chunk_1", "chunk_3", "split_b"]);
        for (from, to) in index(&files["split_a.pack"]).into_values() {
            assert_eq!(files["split_a.pack"][from..to], MODULE);
        }
        let modules: Vec<&String> = files.keys().filter(|name| name.ends_with(".wasm")).collect();
        assert_eq!(modules, ["chunk_2.wasm"]);
        let loader = String::from_utf8_lossy(&files[LOADER]).into_owned();
        assert!(loader.contains("f(() => part(\"chunk_1\"));"), "{loader}");
        assert!(
            loader.contains("f(() => fetch(new URL(\"./chunk_2.wasm\""),
            "{loader}"
        );
        assert!(!loader.contains("/* x"), "{loader}");
    }

    #[test]
    fn a_loader_that_fetches_otherwise_is_an_error() {
        assert!(loading("import(\"./a.wasm\")", |_| true).is_err());
        assert!(loading("nothing", |_| true).is_err());
    }
}
