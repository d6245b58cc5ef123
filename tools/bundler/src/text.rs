//! What the bundler does to names and texts: pure functions, no files.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// `fonts/a.woff2` becomes `fonts/a.0123456789abcdef.woff2`: a changed file has a new address and can be cached for ever.
pub(crate) fn hashed(name: &str, bytes: &[u8]) -> String {
    let hash: String = Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let file = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[file..].rfind('.') {
        Some(dot) => format!("{}.{hash}{}", &name[..file + dot], &name[file + dot..]),
        None => format!("{name}.{hash}"),
    }
}

/// Whether a file with this extension gets smaller by compressing it.
pub(crate) fn compressible(extension: &str) -> bool {
    matches!(
        extension,
        "css" | "html" | "js" | "json" | "pack" | "svg" | "topojson" | "txt" | "wasm" | "webmanifest"
    )
}

/// Puts `content` where `index.html` says `<!-- bundle:NAME -->`.
pub(crate) fn fill(html: &str, name: &str, content: &str) -> Result<String> {
    let place = format!("<!-- bundle:{name} -->");
    let (before, after) = html
        .split_once(&place)
        .with_context(|| format!("index.html has no {place}"))?;
    Ok(format!("{before}{content}{after}"))
}

/// Points each `url(…)` of a stylesheet to the hashed address of the file in `frontend/assets` that it names
/// (`/assets/x.woff2` or relative). A name that is no such file is an error rather than a missing font.
pub(crate) fn point_urls(css: &str, addresses: &BTreeMap<String, String>) -> Result<String> {
    let mut pointed = String::new();
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("url(") {
        let (inside, after) = after
            .split_once(')')
            .context("an unclosed url( in a stylesheet")?;
        let written = inside.trim().trim_matches(['"', '\'']);
        let address = if written.starts_with("data:") || written.starts_with('#') {
            inside.to_owned()
        } else {
            let name = written
                .trim_start_matches(['.', '/'])
                .trim_start_matches("assets/");
            let address = addresses
                .get(name)
                .with_context(|| format!("a stylesheet names {written}, which is not in frontend/assets"))?;
            format!("\"{address}\"")
        };
        pointed += &format!("{before}url({address})");
        rest = after;
    }
    Ok(pointed + rest)
}

/// Drops comments, indentation and empty lines; brotli does the rest.
pub(crate) fn minify_css(css: &str) -> String {
    let mut bare = String::new();
    let mut quote = None;
    let mut characters = css.chars().peekable();
    while let Some(character) = characters.next() {
        if quote.is_none() && character == '/' && characters.peek() == Some(&'*') {
            characters.next();
            let mut last = ' ';
            for inside in characters.by_ref() {
                if last == '*' && inside == '/' {
                    break;
                }
                last = inside;
            }
            continue;
        }
        bare.push(character);
        if quote.is_some() && character == '\\' {
            bare.extend(characters.next());
        } else if quote == Some(character) {
            quote = None;
        } else if quote.is_none() && (character == '"' || character == '\'') {
            quote = Some(character);
        }
    }
    bare.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_stands_before_the_extension_and_follows_the_content() {
        assert_eq!(hashed("fonts/a.b.woff2", b""), "fonts/a.b.e3b0c44298fc1c14.woff2");
        assert_eq!(hashed("v1.0/plain", b""), "v1.0/plain.e3b0c44298fc1c14");
        assert_ne!(hashed("a.js", b"1"), hashed("a.js", b"2"));
    }

    #[test]
    fn a_placeholder_is_filled_and_a_missing_one_is_an_error() {
        assert_eq!(fill("a<!-- bundle:css -->b", "css", "-").unwrap(), "a-b");
        assert!(fill("ab", "css", "-").is_err());
    }

    #[test]
    fn urls_of_a_stylesheet_point_to_hashed_files() {
        let addresses = BTreeMap::from([("fonts/a.woff2".to_owned(), "/assets/fonts/a.1.woff2".to_owned())]);
        for written in [
            "\"/assets/fonts/a.woff2\"",
            "'../assets/fonts/a.woff2'",
            "fonts/a.woff2",
        ] {
            let css = format!("x {{ src: url({written}) format(\"woff2\") }}");
            assert_eq!(
                point_urls(&css, &addresses).unwrap(),
                "x { src: url(\"/assets/fonts/a.1.woff2\") format(\"woff2\") }"
            );
        }
        assert_eq!(
            point_urls("url(data:image/png;base64,x)", &addresses).unwrap(),
            "url(data:image/png;base64,x)"
        );
        assert!(point_urls("url(b.woff2)", &addresses).is_err());
    }

    #[test]
    fn comments_and_indentation_go_and_strings_stay() {
        assert_eq!(
            minify_css("/* a\n */\np {\n  content: \"/* \\\" kept */\";\n\n}\n"),
            "p {\ncontent: \"/* \\\" kept */\";\n}"
        );
    }
}
