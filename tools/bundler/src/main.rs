//! Builds the single-page application into `frontend/dist`: compiles `frontend` to WASM, binds it to JavaScript,
//! gives every file a name with the hash of its content, and writes the addresses into `index.html`.
//! What is in the application, and how it is served, is decided elsewhere.
//!
//! `bundler` builds quickly for development; `bundler --release` builds small and writes `.br` and `.gz` copies,
//! and with `--budget KB` fails when the first page load needs more than that many kB after brotli.

mod packs;
mod text;
mod wasm;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail, ensure};

const TARGET: &str = "wasm32-unknown-unknown";
const TARGET_DIR: &str = "target/wasm";
const DIST: &str = "frontend/dist";
/// What wasm-bindgen calls the module.
const MODULE: &str = "frontend_bg.wasm";

/// What the page at `/` is called where it is split off.
const HOME: &str = "home_page_view";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bundler: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (mut release, mut budget) = (false, None);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--release" => release = true,
            "--budget" => {
                let number = arguments.next().context("--budget needs a number of kB")?;
                budget = Some(number.parse()?);
            }
            other => bail!("unknown argument {other}; known: --release, --budget KB"),
        }
    }
    ensure!(
        release || budget.is_none(),
        "the budget is checked on the release build: add --release"
    );
    ensure!(
        Path::new("frontend/index.html").exists(),
        "run it from the root of the repository"
    );

    let wasm = build(if release { "wasm-release" } else { "wasm-dev" })?;
    let bound = Path::new(TARGET_DIR).join("bound");
    let needs = bind(&wasm, &bound)?;

    clear(Path::new(DIST))?;
    let mut dist = Dist {
        compress: release,
        files: Vec::new(),
    };
    dist.bundle(&bound, &needs)?;
    dist.report(budget)
}

/// Compiles `frontend` and returns the path of the module.
fn build(profile: &str) -> Result<PathBuf> {
    let toolchain = outer(Command::new("scripts/wasm-toolchain"))
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        toolchain.status.success(),
        "scripts/wasm-toolchain found no toolchain for {TARGET}"
    );
    let toolchain = String::from_utf8(toolchain.stdout)?;
    let status = outer(Command::new("cargo"))
        .args([
            "rustc",
            "--locked",
            "-p",
            "frontend",
            "--bin",
            "frontend",
            "--target",
            TARGET,
            "--target-dir",
            TARGET_DIR,
            "--profile",
            profile,
            // Splitting needs to know what refers to what.
            "--",
            "-Clink-arg=--emit-relocs",
        ])
        .env("RUSTUP_TOOLCHAIN", toolchain.trim())
        .status()?;
    ensure!(status.success(), "frontend does not compile");
    Ok([TARGET_DIR, TARGET, profile, "frontend.wasm"].iter().collect())
}

/// Splits off what is behind `#[lazy]`, binds the rest to JavaScript, and leaves all of it in the folder `bound`.
/// Returns which modules each part that is split off needs.
fn bind(wasm: &Path, bound: &Path) -> Result<HashMap<String, Vec<String>>> {
    clear(bound)?;
    let main = Path::new(TARGET_DIR).join("main.wasm");
    let module = fs::read(wasm)?;
    let mut options = wasm_split_cli_support::Options::new(&module);
    options.output_dir = bound;
    options.main_out_path = &main;
    options.main_module = "./frontend.js";
    let split = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("splitting the module: {error:#}"))?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(main)
        .out_name("frontend")
        .web(true)?
        .typescript(false)
        .demangle(false)
        // The split-off parts link to what the linker exports.
        .keep_lld_exports(true)
        .remove_producers_section(true)
        .generate(bound)?;
    Ok(split.prefetch_map)
}

/// The command as if started from a shell: `cargo run` and rustup set variables that pin the native compiler.
fn outer(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let of_cargo = name.to_str().is_some_and(|name| {
            matches!(
                name,
                "CARGO"
                    | "LD_LIBRARY_PATH"
                    | "RUSTC"
                    | "RUSTDOC"
                    | "RUSTUP_TOOLCHAIN"
                    | "RUST_RECURSION_COUNT"
            ) || ["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        });
        if of_cargo {
            command.env_remove(name);
        }
    }
    command
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}

/// Every file under `folder`, by its path relative to it with `/` between the parts, in that order.
fn files_under(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.exists() {
            continue;
        }
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

/// The folder being written, and what is in it so far.
struct Dist {
    compress: bool,
    files: Vec<Written>,
}

struct Written {
    name: String,
    raw: usize,
    /// What travels: the brotli copy, or the file itself where compressing it again gains nothing.
    sent: usize,
    first_load: bool,
    /// Whether the page at `/` needs it beside those.
    home: bool,
}

impl Dist {
    fn bundle(&mut self, bound: &Path, needs: &HashMap<String, Vec<String>>) -> Result<()> {
        let mut addresses = BTreeMap::new();
        // The texts are read one language at a time, by address, like any other asset.
        for (folder, prefix) in [("frontend/assets", ""), ("frontend/locales", "locales/")] {
            for (name, bytes) in files_under(Path::new(folder))? {
                let name = format!("{prefix}{name}");
                let address = self.asset(&name, &bytes)?;
                addresses.insert(name, address);
            }
        }

        let mut css = String::new();
        for (_, part) in files_under(Path::new("frontend/style"))?
            .iter()
            .filter(|(name, _)| name.ends_with(".css"))
        {
            css += std::str::from_utf8(part)?;
            css.push('\n');
        }
        let css = self.asset(
            "style.css",
            text::minify_css(&text::point_urls(&css, &addresses)?).as_bytes(),
        )?;

        // These name each other, in a circle where something is split off: one hash, of the whole, is in their folder.
        let mut app = files_under(bound)?;
        for (_, module) in app.iter_mut().filter(|(name, _)| name.ends_with(".wasm")) {
            *module = wasm::without_names(module)?;
        }
        let pages = packs::packed(&mut app, needs)?;
        let folder = format!(
            "assets/{}",
            text::hashed("app", &app.values().flatten().copied().collect::<Vec<u8>>())
        );
        for (name, bytes) in &app {
            self.write(&format!("{folder}/{name}"), bytes)?;
        }
        let home = pages.iter().find(|(page, _)| page.contains(HOME));
        let (_, home) = home.context("no page that is split off stands at /")?;
        for file in &mut self.files {
            let name = file
                .name
                .strip_prefix(&folder)
                .and_then(|name| name.strip_prefix('/'));
            file.home = name.is_some_and(|name| home.iter().any(|it| it == name));
        }
        let (wasm, js) = (format!("/{folder}/{MODULE}"), format!("/{folder}/frontend.js"));
        let boot = format!("import init from \"{js}\";\ninit({{ module_or_path: \"{wasm}\" }});\n");
        let boot = self.asset("boot.js", boot.as_bytes())?;

        let mut html = fs::read_to_string("frontend/index.html")?;
        for (name, address) in &addresses {
            html = html.replace(&format!("\"/assets/{name}\""), &format!("\"{address}\""));
        }
        let scripts = format!(
            "<link rel=\"preload\" href=\"{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
             <link rel=\"modulepreload\" href=\"{js}\">\n\
             <script type=\"module\" src=\"{boot}\"></script>"
        );
        // A data block, not a script: it needs no exception in the content security policy.
        let assets = format!(
            "<script type=\"application/json\" id=\"assets\">{}</script>",
            serde_json::to_string(&addresses)?.replace('<', "\\u003c")
        );
        html = text::fill(&html, "css", &format!("<link rel=\"stylesheet\" href=\"{css}\">"))?;
        html = text::fill(&html, "assets", &assets)?;
        html = text::fill(&html, "js", &scripts)?;
        self.write("index.html", html.as_bytes())?;
        // What our pages ask, for the server: it answers nothing else that is only named.
        fs::copy("frontend/documents.json", Path::new(DIST).join("documents.json"))?;
        Ok(())
    }

    /// Writes a file under `/assets` with its hash in its name and returns its address.
    fn asset(&mut self, name: &str, bytes: &[u8]) -> Result<String> {
        let name = format!("assets/{}", text::hashed(name, bytes));
        self.write(&name, bytes)?;
        Ok(format!("/{name}"))
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = Path::new(DIST).join(name);
        fs::create_dir_all(path.parent().context("a file in dist has a folder")?)?;
        fs::write(&path, bytes)?;
        let mut sent = bytes.len();
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        if self.compress && text::compressible(extension) {
            let beside = |suffix: &str| Path::new(DIST).join(format!("{name}.{suffix}"));
            let mut small = Vec::new();
            let parameters = brotli::enc::BrotliEncoderParams::default();
            brotli::BrotliCompress(&mut &bytes[..], &mut small, &parameters)?;
            sent = small.len();
            fs::write(beside("br"), small)?;
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(bytes)?;
            fs::write(beside("gz"), gzip.finish()?)?;
        }
        // Pictures and what was split off come when a page needs them, licence texts never; of the languages, one.
        let first_load = matches!(extension, "css" | "html" | "js" | "topojson" | "woff2")
            || name.ends_with(MODULE)
            || name.starts_with("assets/locales/fr.");
        self.files.push(Written {
            name: name.to_owned(),
            raw: bytes.len(),
            sent,
            first_load,
            home: false,
        });
        Ok(())
    }

    fn report(&self, budget: Option<usize>) -> Result<()> {
        let kilobytes = |bytes: usize| format!("{}.{}", bytes / 1000, bytes % 1000 / 100);
        println!(
            "{:>9} {:>9}  kB in {DIST}",
            "raw",
            if self.compress { "sent" } else { "" }
        );
        for file in &self.files {
            let sent = if self.compress {
                kilobytes(file.sent)
            } else {
                String::new()
            };
            println!("{:>9} {sent:>9}  {}", kilobytes(file.raw), file.name);
        }
        let first: usize = self
            .files
            .iter()
            .filter(|file| file.first_load)
            .map(|file| file.sent)
            .sum();
        if self.compress {
            let home: usize = self
                .files
                .iter()
                .filter(|file| file.home)
                .map(|file| file.sent)
                .sum();
            println!("{:>9} {:>9}  the first page load", "", kilobytes(first));
            println!("{:>9} {:>9}  with the page at /", "", kilobytes(first + home));
        }
        if let Some(budget) = budget {
            ensure!(
                first <= budget * 1000,
                "the first page load is {} kB, over its budget of {budget} kB",
                kilobytes(first)
            );
        }
        Ok(())
    }
}
